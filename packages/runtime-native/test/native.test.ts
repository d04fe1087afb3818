import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { type DeviceProbe, Tensor } from '@verilens/core';
import { feedsOf, onnxBytes, TINY_RUNS, type TinyModel, type TinyRun, tinyRunBytes } from '@verilens/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { native, probeDevices } from '../src/index.ts';
import { hasSoftwareVulkan, useSoftwareVulkan } from './software-vulkan.ts';

useSoftwareVulkan();

const entry = TINY_RUNS[0] as TinyRun;
let folder: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'verilens-native-'));
});

afterAll(() => rm(folder, { recursive: true, force: true }));

describe('native', () => {
  it('reports each device auto passed over, with a reason, and takes one that works', async () => {
    const fallbacks: DeviceProbe[] = [];
    await using runtime = await native({ threads: 1, onFallback: (probe) => fallbacks.push(probe) });
    expect(runtime.name).toBe('runtime-native');
    expect(runtime.probes.map((probe) => probe.device)).toEqual(['cuda', 'webgpu', 'cpu'].slice(0, runtime.probes.length));
    expect(fallbacks).toEqual(runtime.probes.slice(0, -1));
    expect(runtime.probes.at(-1)).toMatchObject({ device: runtime.device, available: true });
  });

  it('says how many threads it uses', async () => {
    await using runtime = await native({ device: 'cpu', threads: 2 });
    expect(runtime.threads).toBe(2);
    expect(runtime.probes).toMatchObject([{ device: 'cpu', available: true, reason: 'works with 2 threads' }]);
  });

  it('gives the same numbers with spinning threads', async () => {
    const feeds = feedsOf(entry);
    const [asleep, spinning] = await Promise.all(
      [false, true].map(async (allowSpinning) => {
        await using runtime = await native({ device: 'cpu', threads: 2, allowSpinning });
        const session = await runtime.load(tinyRunBytes(entry));
        const outputs = await session.run(feeds);
        await session.dispose();
        return Object.values(outputs).map(({ data }) => data);
      }),
    );
    expect(asleep).toEqual(spinning);
  });

  it.each([{ threads: 0 }, { threads: 1.5 }, { threads: Number.NaN }, { threads: 1000 }, { device: 'tpu' as 'cpu' }])(
    'refuses %j',
    async (options) => {
      await expect(native(options)).rejects.toMatchObject({ code: 'BAD_OPTION' });
    },
  );

  it('lists every device once, whatever works', async () => {
    const probes = await probeDevices({ threads: 1 });
    expect(probes.map((probe) => probe.device)).toEqual(['cuda', 'webgpu', 'cpu']);
    expect(probes.at(-1)?.available).toBe(true);
    for (const probe of probes) {
      expect(probe.reason).not.toBe('');
      expect(probe.durationMs).toBeGreaterThanOrEqual(0);
    }
  });

  it('loads from a path, a file URL and bytes', async () => {
    const path = join(folder, 'tiny.onnx');
    await writeFile(path, tinyRunBytes(entry));
    await using runtime = await native({ device: 'cpu', threads: 1 });
    for (const source of [path, pathToFileURL(path), pathToFileURL(path).href, tinyRunBytes(entry)]) {
      const session = await runtime.load(source);
      const { relu } = await session.run(feedsOf(entry));
      expect(Array.from(relu?.data as Float32Array)).toHaveLength(8);
      await session.dispose();
    }
    expect(await runtime.read(path)).toEqual(tinyRunBytes(entry));
  });

  it('runs a model whose tensors lie beside it', async () => {
    const model: TinyModel = {
      inputs: [{ name: 'x', dtype: 'float32', shape: [2] }],
      initializers: [{ name: 'w', dtype: 'float32', shape: [2], external: 'weights.bin', offset: 4, length: 8 }],
      nodes: [{ op: 'Add', inputs: ['x', 'w'], outputs: ['y'] }],
      outputs: [{ name: 'y', dtype: 'float32', shape: [2] }],
    };
    await writeFile(join(folder, 'split.onnx'), onnxBytes(model));
    await writeFile(join(folder, 'weights.bin'), new Uint8Array(Float32Array.of(99, 10, 20).buffer));
    await using runtime = await native({ device: 'cpu', threads: 1 });
    const session = await runtime.load(join(folder, 'split.onnx'));
    const { y } = await session.run({ x: new Tensor('float32', Float32Array.of(1, 2), [2]) });
    expect(Array.from(y?.data as Float32Array)).toEqual([11, 22]);
  });

  it.skipIf(!hasSoftwareVulkan)('refuses a model that WebGPU cannot run whole, if asked to', async () => {
    const one = (op: string): Uint8Array =>
      onnxBytes({
        inputs: [{ name: 'x', dtype: 'float32', shape: [2] }],
        nodes: [{ op, inputs: ['x'], outputs: ['y'] }],
        outputs: [{ name: 'y', dtype: 'float32', shape: [2] }],
      });
    await using strict = await native({ device: 'webgpu', threads: 1, cpuFallback: false });
    await expect(strict.load(one('Sign'))).rejects.toThrow('operators that webgpu lacks, and leaving them to the CPU was ruled out');
    await (await strict.load(one('Abs'))).dispose();
    await using lenient = await native({ device: 'webgpu', threads: 1 });
    await (await lenient.load(one('Sign'))).dispose();
  });

  it('does not fetch', async () => {
    await using runtime = await native({ device: 'cpu', threads: 1 });
    await expect(runtime.load('https://models.invalid/a.onnx')).rejects.toMatchObject({ code: 'UNSUPPORTED' });
  });
});
