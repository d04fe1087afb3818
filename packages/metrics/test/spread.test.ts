import { describe, expect, it } from 'vitest';
import { meanSd, pairedDifference, studentQuantile } from '../src/spread.ts';

it('meanSd divides by n - 1', () => {
  expect(meanSd([2, 4, 4, 4, 5, 5, 7, 9])).toMatchObject({ mean: 5, count: 8 });
  expect(meanSd([2, 4, 4, 4, 5, 5, 7, 9]).sd).toBeCloseTo(Math.sqrt(32 / 7), 14);
  expect(meanSd([3]).sd).toBeNaN();
  expect(() => meanSd([])).toThrow(expect.objectContaining({ code: 'BAD_INPUT' }));
  expect(() => meanSd([1, NaN])).toThrow(expect.objectContaining({ code: 'NOT_FINITE' }));
});

it.each([
  [0.975, 1, 12.706204736],
  [0.975, 2, 4.30265272991],
  [0.975, 4, 2.7764451052],
  [0.95, 10, 1.81246112281],
  [0.995, 30, 2.74999565357],
  [0.975, 1000, 1.96233909],
])('the %d quantile of t with %d degrees of freedom is that of the tables', (probability, freedom, value) => {
  expect(studentQuantile(probability, freedom)).toBeCloseTo(value, 7);
});

describe('pairedDifference', () => {
  it('equals the hand-computed interval', () => {
    // Differences 1, 2, 3: mean 2, sd 1, half width 4.302653 / sqrt 3.
    const interval = pairedDifference([2, 4, 6], [1, 2, 3]);
    expect(interval.estimate).toBe(2);
    expect(interval.low).toBeCloseTo(2 - 4.30265272991 / Math.sqrt(3), 8);
    expect(interval.high).toBeCloseTo(2 + 4.30265272991 / Math.sqrt(3), 8);
    expect(interval.separable).toBe(false);
    expect(pairedDifference([2, 4, 6], [1, 2, 3], 0.8).separable).toBe(true);
  });

  it('refuses single pairs and unequal lengths', () => {
    expect(() => pairedDifference([1], [2])).toThrow(expect.objectContaining({ code: 'BAD_INPUT' }));
    expect(() => pairedDifference([1, 2], [2])).toThrow(expect.objectContaining({ code: 'BAD_INPUT' }));
    expect(() => pairedDifference([1, 2], [2, NaN])).toThrow(expect.objectContaining({ code: 'NOT_FINITE' }));
  });
});
