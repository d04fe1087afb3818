import { Tensor } from '@verilens/core';
import { exportInference, float32, module, namedParams, random, summary } from '@verilens/nn';
import { native } from '@verilens/runtime-native';
import { createFft2 } from '@verilens/vision';
import { describe, expect, it } from 'vitest';
import { classifier } from '../src/classifier.ts';
import { checkConfig, CONFIGS, type F2cConfig } from '../src/config.ts';
import { filtered } from '../src/filter.ts';
import { f2cNetwork } from '../src/model.ts';
import { referenceFilter } from '../src/reference-filter.ts';

async function runFilter(config: F2cConfig, tiles: Float32Array): Promise<Float32Array> {
  const onnx = exportInference({
    module: module('filter', {}, () => undefined),
    params: new Map(),
    inputs: { tiles: float32(['batch', 3, config.tile, config.tile]) },
    forward: (_, inputs) => ({ seen: filtered(config, inputs.tiles) }),
    target: 'native',
  });
  await using runtime = await native({ device: 'cpu', threads: 1 });
  await using session = await runtime.load(onnx);
  const each = 3 * config.tile ** 2;
  const { seen } = await session.run({ tiles: new Tensor('float32', tiles, [tiles.length / each, 3, config.tile, config.tile]) });
  return seen!.data as Float32Array;
}

function noise(size: number, count = 1): Float32Array {
  const { uniform } = random(1, 'test tiles', size);
  return Float32Array.from({ length: count * 3 * size * size }, uniform);
}

describe('the filter as matrix products', () => {
  it.each([
    [32, 'cycles', 'f2c'],
    [32, 'nyquist', 'f2c'],
    [32, 'cycles', 'high-pass'],
    [32, 'cycles', 'top-band'],
    [256, 'cycles', 'f2c'],
  ] as const)('%i pixels, %s, %s: as a fast transform in double precision, to 1e-4', async (tile, unit, view) => {
    const config: F2cConfig = { ...CONFIGS.small, tile, unit, view };
    const tiles = noise(tile);
    const seen = await runFilter(config, tiles);
    const reference = referenceFilter(config, tile);
    for (let c = 0; c < 3; c++) {
      const wanted = reference(tiles.subarray(c * tile * tile, (c + 1) * tile * tile));
      let worst = 0;
      wanted.forEach((value, k) => (worst = Math.max(worst, Math.abs(value - seen[c * tile * tile + k]!))));
      expect(worst).toBeLessThan(1e-4);
    }
  });

  it('gives pictures of mean 0, and log amplitudes when asked for the spectrum', async () => {
    const tiles = noise(32);
    const picture = await runFilter(CONFIGS.small, tiles);
    expect(Math.abs(picture.slice(0, 1024).reduce((sum, v) => sum + v, 0) / 1024)).toBeLessThan(1e-6);
    const logs = await runFilter({ ...CONFIGS.small, feed: 'spectrum' }, tiles);
    const fft = createFft2(32);
    const [{ re, im }] = fft.forward(tiles.subarray(0, 1024));
    // row 3, column 5: radius 0.182
    const weight = (Math.exp((-0.2 * 0.18222 ** 2 + 0.8 * 0.18222 - 0.05) / 2) - 1) / 0.18222;
    expect(logs[3 * 32 + 5]).toBeCloseTo(Math.log(1 + weight * Math.hypot(re[3 * 17 + 5]!, im[3 * 17 + 5]!)), 3);
    expect(logs[0]).toBe(0);
  });
});

describe('the networks', () => {
  it('small: about 60 thousand weights', () => {
    expect(summary(f2cNetwork(CONFIGS.small, 1), [float32([1, 3, 32, 32])]).parameterCount).toBe(60_753);
  });

  it('paper: ResNet-50 with one output, 23.5 million weights, one logit a tile', () => {
    const weights = [...namedParams(classifier(CONFIGS.paper)).values()].reduce(
      (sum, { shape }) => sum + shape.reduce((n, m) => n * m, 1),
      0,
    );
    expect(weights).toBe(23_510_081);
    expect(summary(f2cNetwork(CONFIGS.paper, 1), [float32([1, 3, 256, 256])]).text).toContain('[1]');
  });

  it('refuse what does not fit', () => {
    for (const wrong of [{ tile: 15 }, { tile: 33 }, { tau: 0.05 }, { view: 'all' as never }])
      expect(() => checkConfig({ ...CONFIGS.small, ...wrong })).toThrow(/cannot be used/);
  });
});
