import { createRandom } from '@verilens/data';
import { describe, expect, it } from 'vitest';
import { bagLength, CONFIGS, type StdtConfig } from '../src/config.ts';
import type { Samples } from '../src/samples.ts';
import { drawBatch } from '../src/train-network.ts';
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
