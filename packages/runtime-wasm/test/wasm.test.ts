import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { feedsOf, onnxBytes, TINY_RUNS, type TinyRun, tinyRunBytes } from '@verilens/testing';
import { describe, expect, it } from 'vitest';
import { probeDevices, wasm } from '../src/index.ts';

const entry = TINY_RUNS[0] as TinyRun;

describe('wasm in Node', () => {
  it('says why WebGPU was not taken and how many threads WASM has', async () => {
    await using runtime = await wasm({ threads: 2 });
    expect(runtime.probes).toMatchObject([
      { device: 'webgpu', available: false, reason: expect.stringContaining('Node'), remedy: expect.stringContaining('runtime-native') },
      { device: 'wasm', available: true, reason: 'works with 2 threads' },
    ]);
    expect(runtime.threads).toBe(2);
    expect((await probeDevices()).map((probe) => [probe.device, probe.available])).toEqual([
      ['webgpu', false],
      ['wasm', true],
    ]);
  });

  it('refuses WebGPU there with the reason', async () => {
    await expect(wasm({ device: 'webgpu' })).rejects.toMatchObject({
      code: 'NO_DEVICE',
      message: expect.stringContaining('no WebGPU in Node'),
    });
  });

  it('refuses a second number of threads, which ONNX Runtime Web would ignore', async () => {
    await using first = await wasm();
    await expect(wasm({ threads: first.threads + 1 })).rejects.toMatchObject({
      code: 'BAD_OPTION',
      message: expect.stringContaining(`threads: ${first.threads}`),
    });
  });

  it.each([{ threads: 0 }, { threads: 2.5 }, { device: 'cpu' as 'wasm' }])('refuses %j', async (options) => {
    await expect(wasm(options)).rejects.toMatchObject({ code: 'BAD_OPTION' });
  });

  it('loads from a path and a file URL', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'verilens-wasm-'));
    try {
      const path = join(folder, 'tiny.onnx');
      await writeFile(path, tinyRunBytes(entry));
      await using runtime = await wasm();
      for (const source of [path, pathToFileURL(path)]) {
        const session = await runtime.load(source);
        const { relu } = await session.run(feedsOf(entry));
        expect(Array.from(relu?.data as Float32Array)).toHaveLength(8);
      }
    } finally {
      await rm(folder, { recursive: true, force: true });
    }
  });

  it('keeps its memory flat over 200 loads and disposals of a 1 MB model', async () => {
    const size = 250_000;
    const bytes = onnxBytes({
      inputs: [{ name: 'x', dtype: 'float32', shape: [size] }],
      initializers: [{ name: 'w', dtype: 'float32', shape: [size], values: Array.from({ length: size }, (_, index) => index) }],
      nodes: [{ op: 'Add', inputs: ['x', 'w'], outputs: ['y'] }],
      outputs: [{ name: 'y', dtype: 'float32', shape: [size] }],
    });
    await using runtime = await wasm();
    const cycle = async (): Promise<void> => (await runtime.load(bytes)).dispose();
    for (let round = 0; round < 20; round += 1) await cycle();
    const before = process.memoryUsage().rss;
    for (let round = 0; round < 200; round += 1) await cycle();
    // 200 sessions left behind would hold 200 MB and more; garbage not yet collected stays well below.
    expect((process.memoryUsage().rss - before) / 2 ** 20).toBeLessThan(100);
  });
});
