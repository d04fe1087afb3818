import type { Runtime } from '@verilens/core';
import { createRandom, trackingSequence } from '@verilens/data';
import { trackingScore } from '@verilens/metrics';
import { native } from '@verilens/runtime-native';
import { wasm } from '@verilens/runtime-wasm';
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { channelDistillation, type NetworkFeatures } from '../src/index.ts';
import { networkFeatures } from '../src/network-features.ts';

const model = new Uint8Array(
  readFileSync(
    join(dirname(createRequire(import.meta.url).resolve('faceplugin-face-recognition-js/package.json')), 'model/fr_feature.onnx'),
  ),
);
/** 128 maps, four pixels a cell, behind the first three convolutions of a face network. */
const network: NetworkFeatures = { model, tensor: '349' };
const CELLS = 24;
const draw = createRandom(4);

let runtime: Runtime;
beforeAll(async () => {
  runtime = await native({ device: 'cpu', threads: 1 });
});
afterAll(() => runtime.dispose());

const patchOf = (size: number): Float32Array => Float32Array.from({ length: size * size * 3 }, () => draw.uniform(0, 255));
const far = (a: Float32Array, b: Float32Array): number => a.reduce((most, v, i) => Math.max(most, Math.abs(v - b[i]!)), 0);

describe('features of a network', () => {
  const keep = [3, 17, 40, 41, 99, 127];

  it.each(['native', 'wasm'] as const)('%s: with the kernels of the others cut away, channels are the same', async (kind) => {
    await using own = kind === 'native' ? await native({ device: 'cpu', threads: 1 }) : await wasm({ device: 'wasm', threads: 1 });
    const extractor = await networkFeatures(own, network, CELLS);
    expect([extractor.channels, extractor.size]).toEqual([128, CELLS * 4]);
    const patch = patchOf(extractor.size);
    const all = await extractor.extract(
      patch,
      Array.from({ length: 128 }, (_, d) => d),
    );
    const before = await extractor.extract(patch, keep);
    await extractor.focus!(keep);
    const after = await extractor.extract(patch, keep);
    keep.forEach((channel, k) => {
      const plane = CELLS * CELLS;
      const wanted = all.subarray(channel * plane, (channel + 1) * plane);
      expect(far(before.subarray(k * plane, (k + 1) * plane), wanted)).toBe(0);
      expect(far(after.subarray(k * plane, (k + 1) * plane), wanted)).toBeLessThan(1e-4);
    });
    // channels that were cut come from the whole network
    expect(far(await extractor.extract(patch, [0]), all.subarray(0, CELLS * CELLS))).toBeLessThan(1e-4);
    await extractor.dispose();
  });

  it('does less work: the session of a few channels takes less time', async () => {
    const extractor = await networkFeatures(runtime, network, 48);
    const patch = patchOf(extractor.size);
    const time = async (): Promise<number> => {
      const times: number[] = [];
      for (let i = 0; i < 9; i++) {
        const begun = performance.now();
        await extractor.extract(patch, keep);
        times.push(performance.now() - begun);
      }
      return Math.min(...times);
    };
    const whole = await time();
    await extractor.focus!(keep);
    expect(await time()).toBeLessThan(whole);
    await extractor.dispose();
  });

  it('follows a drawn object, on at most a quarter of the channels', async () => {
    await using tracker = await channelDistillation({ network, cells: 32 }).create({ runtime });
    const boxes = [];
    const truth = [];
    for await (const { frame, box } of trackingSequence({ event: 'plain', seed: 3, frames: 96, width: 200, height: 150, size: 30 })) {
      boxes.push((boxes.length === 0 ? await tracker.init(frame, box!) : await tracker.update(frame)).box);
      truth.push(box);
      if (truth.length === 16) break;
    }
    expect(trackingScore(boxes, truth).successAuc).toBeGreaterThan(0.7);
  }, 60_000);

  it('says what is wrong with a tensor that is no map, and with one that is not there', async () => {
    await expect(networkFeatures(runtime, { model, tensor: '350' }, CELLS)).rejects.toMatchObject({ code: 'UNKNOWN_NAME' });
    await expect(networkFeatures(runtime, { model: new Uint8Array(40), tensor: '349' }, CELLS)).rejects.toMatchObject({
      code: 'BAD_MODEL',
    });
  });
});
