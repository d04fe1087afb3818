import { describe, expect, it } from 'vitest';
import { type ClipType, innerSmoothness, mouthJerk, proceduralClips } from '../../src/procedural/index.ts';

/** Chance that a fake scores above a real clip. */
function auc(real: Float64Array, fake: Float64Array): number {
  let above = 0;
  for (const f of fake) for (const r of real) above += f > r ? 1 : f === r ? 0.5 : 0;
  return above / (real.length * fake.length);
}

describe('the traces of the forgeries, set s2', () => {
  const clips = (type: ClipType): ReturnType<typeof proceduralClips> => proceduralClips({ seed: `statistics/${type}`, count: 200, type });
  const real = clips('real');
  const jerk = mouthJerk(real);
  const smoothness = innerSmoothness(real);

  it.each([
    ['swap', 0.98, 1],
    ['reenact', 0.98, 1],
    ['paste', 0.45, 0.63], // 0.57 over 600 clips; 200 scatter by 0.03
    ['gaze', 0.42, 0.58],
  ] as const)('the mouth of %s jumps with AUC %d to %d', (type, low, high) => {
    const value = auc(jerk, mouthJerk(clips(type)));
    expect(value).toBeGreaterThanOrEqual(low);
    expect(value).toBeLessThanOrEqual(high);
  });

  it('resample lacks fine detail, about 0.75; reenact and gaze do not', () => {
    const value = auc(smoothness, innerSmoothness(clips('resample')));
    expect(value).toBeGreaterThan(0.68);
    expect(value).toBeLessThan(0.84);
    for (const type of ['reenact', 'gaze'] as const)
      expect(Math.abs(auc(smoothness, innerSmoothness(clips(type))) - 0.5)).toBeLessThan(0.1);
  });

  it('finds nothing between two draws of real clips', () => {
    const other = proceduralClips({ seed: 'statistics/other', count: 200, type: 'real' });
    expect(Math.abs(auc(jerk, mouthJerk(other)) - 0.5)).toBeLessThan(0.1);
    expect(Math.abs(auc(smoothness, innerSmoothness(other)) - 0.5)).toBeLessThan(0.1);
  });
});
