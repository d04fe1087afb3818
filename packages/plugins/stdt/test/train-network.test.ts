import { createRandom } from '@verilens/data';
import { meanSd } from '@verilens/metrics';
import { native } from '@verilens/runtime-native';
import { describe, expect, it } from 'vitest';
import { bagLength, CONFIGS, type StdtConfig } from '../src/config.ts';
import type { Samples } from '../src/samples.ts';
import { scoreSamples, trainedNetwork } from '../src/score-samples.ts';
import { drawBatch, trainNetwork } from '../src/train-network.ts';
import { patchLength } from '../src/traces.ts';

const config: StdtConfig = { ...CONFIGS.temporal, trace: 'rgb', faceSize: 8, grid: 2, frames: 4, keptFrames: 2, keptCells: 2 };

/** Two pairs; the forged clip of a pair is one grey level lighter, everywhere. */
function pairs(): Samples {
  const random = createRandom('pairs');
  const length = 4 * 8 * 8 * 3;
  const pixels = new Uint8Array(4 * length);
  for (let pair = 0; pair < 2; pair++)
    for (let i = 0; i < length; i++) {
      const value = random.integer(60, 120);
      pixels[2 * pair * length + i] = value;
      pixels[(2 * pair + 1) * length + i] = value + 1;
    }
  return { pixels, count: 4, frames: 4, size: 8, labels: Uint8Array.of(0, 1, 0, 1), group: 2 };
}

describe('drawBatch', () => {
  const draw = (samples: Samples, augmentation?: { shiftPx: number; shade: number }): Record<string, ArrayLike<number>> =>
    drawBatch(samples, Int32Array.of(0, 1, 2, 3), config, 'spatiotemporal', createRandom(3), augmentation) as never;
  const of = (values: ArrayLike<number>, clip: number): number[] =>
    Array.from(values).slice((clip * values.length) / 4, ((clip + 1) * values.length) / 4);

  it('shows twins through one bag, mirrored, lit and shifted alike', () => {
    const { patches, cells, frames } = draw(pairs(), { shiftPx: 2, shade: 0.1 });
    for (const clip of [0, 2]) {
      expect(of(cells!, clip)).toEqual(of(cells!, clip + 1));
      expect(of(frames!, clip)).toEqual(of(frames!, clip + 1));
      const [real, forged] = [of(patches!, clip), of(patches!, clip + 1)];
      const steps = real.map((value, i) => ((forged[i]! - value) * 255) / 4);
      expect(Math.min(...steps)).toBeGreaterThanOrEqual(-1e-3);
      expect(Math.max(...steps)).toBeLessThanOrEqual(2 + 1e-3);
    }
    expect(of(patches!, 0)).not.toEqual(of(patches!, 2));
  });

  it('draws each clip on its own when they are in no groups', () => {
    const { cells, patches } = draw({ ...pairs(), group: 1 });
    expect([of(cells!, 0), of(patches!, 0)]).not.toEqual([of(cells!, 1), of(patches!, 1)]);
    expect(patches).toHaveLength(4 * bagLength(config) * patchLength(config));
  });
});

/** Groups of four. Forged clips are redder and greener; the second interpolation takes some of the red away, real or forged. */
function groups(count: number): Samples {
  const random = createRandom('groups');
  const length = 4 * 8 * 8 * 3;
  const pixels = new Uint8Array(4 * count * length);
  for (let clip = 0; clip < 4 * count; clip++) {
    const [forged, again] = [clip % 2, (clip >> 1) % 2];
    const add = [20 * forged - 12 * again, 20 * forged, 0];
    for (let i = 0; i < length; i++) pixels[clip * length + i] = 100 + random.integer(0, 30) + add[i % 3]!;
  }
  const labels = Uint8Array.from({ length: 4 * count }, (_, clip) => clip % 2);
  return { pixels, count: 4 * count, frames: 4, size: 8, labels, group: 4 };
}

describe('trainNetwork', () => {
  it('learns what a second interpolation leaves alone when told to', { timeout: 120_000 }, async () => {
    await using runtime = await native({ device: 'cpu', threads: 1 });
    const samples = groups(16);
    const tiny: StdtConfig = { ...config, dim: 16, depth: 1, heads: 2 };
    const reaction = async (agreement: number): Promise<number> => {
      const schedule = { epochs: 40, batchSize: 16, learningRate: 3e-3, weightDecay: 0, agreement };
      const network = await trainedNetwork(runtime, tiny, await trainNetwork({ runtime, config: tiny, schedule, samples, seed: 1 }), 4);
      const odds = await scoreSamples(network, samples);
      await network.dispose();
      const real = [...odds.keys()].filter((clip) => clip % 4 === 0);
      const gap = meanSd(real.map((clip) => odds[clip + 1]! - odds[clip]!)).mean;
      expect(gap).toBeGreaterThan(0.2); // forged clips are told apart either way
      return Math.abs(meanSd(real.map((clip) => odds[clip + 2]! - odds[clip]!)).mean) / gap;
    };
    expect(await reaction(4)).toBeLessThan(0.5 * (await reaction(0)));
  });
});
