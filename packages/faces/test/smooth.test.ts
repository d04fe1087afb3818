import { describe, expect, it } from 'vitest';
import { smoothOverTime } from '../src/index.ts';

describe('smoothOverTime', () => {
  it('recovers a straight movement exactly, also where nothing was seen', () => {
    const out = smoothOverTime(
      [0, 2, 5, 7],
      [0, 2, 5, 7].map((t) => [3 + 2 * t, 10 - t]),
      8,
      1,
    );
    out.forEach(([x, y], t) => {
      expect(x).toBeCloseTo(3 + 2 * t, 9);
      expect(y).toBeCloseTo(10 - t, 9);
    });
  });

  it('lets no jitter through: a line has no second difference', () => {
    const out = smoothOverTime([0, 2, 5, 7], [[1], [-1], [1.5], [-0.5]], 8, 1).map(([x]) => x!);
    for (let t = 1; t < 7; t++) expect(Math.abs(out[t + 1]! - 2 * out[t]! + out[t - 1]!)).toBeLessThan(1e-9);
  });

  it('follows a parabola with enough looks and falls back with few', () => {
    const times = [0, 1, 3, 4, 6, 7];
    expect(
      smoothOverTime(
        times,
        times.map((t) => [t * t]),
        8,
        2,
      )[5]![0],
    ).toBeCloseTo(25, 8);
    expect(smoothOverTime([0, 7], [[0], [49]], 8, 2)[3]![0]).toBeCloseTo(24.5, 8); // two looks: their mean
    expect(smoothOverTime([0], [[4]], 3, 1)).toEqual([[4], [4], [4]]);
  });
});
