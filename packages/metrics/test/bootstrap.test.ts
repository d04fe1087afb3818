import { describe, expect, it } from 'vitest';
import { aucInterval, bootstrapInterval, quantile } from '../src/bootstrap.ts';
import { seededUniform } from '../src/random.ts';
import { rocAuc } from '../src/roc.ts';
import { normal, sample } from './helpers.ts';

describe('bootstrapInterval', () => {
  it('is the same for the same seed and another for another', () => {
    const { scores, labels } = sample(1, 60);
    const once = aucInterval(scores, labels, { seed: 3, resamples: 200 });
    expect(aucInterval(scores, labels, { seed: 3, resamples: 200 })).toEqual(once);
    expect(aucInterval(scores, labels, { seed: 4, resamples: 200 })).not.toEqual(once);
    expect(once.estimate).toBe(rocAuc(scores, labels));
    expect(once.low).toBeLessThan(once.estimate);
    expect(once.high).toBeGreaterThan(once.estimate);
  });

  it('of a mean has the width theory gives', () => {
    const uniform = seededUniform(1);
    const values = Array.from({ length: 400 }, () => normal(uniform));
    const mean = (items: Uint32Array): number => items.reduce((sum, item) => sum + values[item]!, 0) / items.length;
    const { low, high } = bootstrapInterval(400, mean, { seed: 0, resamples: 4000 });
    expect(high - low).toBeCloseTo((2 * 1.96) / Math.sqrt(400), 1.5);
  });

  it('covers the true area about as often as it says', () => {
    // P(N(1,1) > N(0,1)) = Phi(1 / sqrt 2).
    const truth = 0.7602499;
    const uniform = seededUniform(42);
    let covered = 0;
    for (let trial = 0; trial < 100; trial++) {
      const labels = Array.from({ length: 80 }, (_, item) => item % 2);
      const scores = labels.map((label) => normal(uniform) + label);
      const { low, high } = aucInterval(scores, labels, { seed: trial, resamples: 200, confidence: 0.9 });
      covered += Number(low <= truth && truth <= high);
    }
    expect(covered).toBeGreaterThanOrEqual(80);
    expect(covered).toBeLessThanOrEqual(98);
  });

  it('keeps the size of each stratum and draws clusters whole', () => {
    const strata = ['a', 'a', 'a', 'b', 'b', 'b', 'b', 'b', 'b'];
    const clusters = [1, 1, 1, 2, 2, 3, 3, 4, 4];
    bootstrapInterval(
      9,
      (items) => {
        const count = (wanted: number): number => items.filter((item) => clusters[item] === wanted).length;
        expect([...items].filter((item) => strata[item] === 'a').length).toBe(3);
        expect(items.length).toBe(9);
        expect([count(2) % 2, count(3) % 2, count(4) % 2]).toEqual([0, 0, 0]);
        return 0;
      },
      { seed: 0, resamples: 50, strata, clusters },
    );
  });

  it('is wider when copies of an item are known to be copies', () => {
    const { scores, labels } = sample(9, 30);
    const copied = <T>(values: readonly T[]): T[] => values.flatMap((value) => Array<T>(8).fill(value));
    const width = (interval: { low: number; high: number }): number => interval.high - interval.low;
    const blind = aucInterval(copied(scores), copied(labels), { seed: 0, resamples: 500 });
    const aware = aucInterval(copied(scores), copied(labels), { seed: 0, resamples: 500, clusters: copied(scores.map((_, item) => item)) });
    const single = aucInterval(scores, labels, { seed: 0, resamples: 500 });
    expect(width(aware)).toBeGreaterThan(2 * width(blind));
    expect(width(aware) / width(single)).toBeCloseTo(1, 0.5);
  });

  it('takes clusters that hold both labels: a video and its forged twin', () => {
    const clusters = Array.from({ length: 40 }, (_, item) => item >> 1);
    const labels = clusters.map((_, item) => item % 2);
    const scores = labels.map((label, item) => label + (item % 7) / 5);
    const interval = aucInterval(scores, labels, { seed: 0, resamples: 200, clusters });
    expect(interval.resamples).toBe(200);
    expect(interval.low).toBeGreaterThan(0.6);
  });

  it('refuses what cannot be resampled', () => {
    const refused = (call: () => unknown, code: string): void => expect(call).toThrow(expect.objectContaining({ code }));
    refused(() => bootstrapInterval(0, () => 0, { seed: 0 }), 'BAD_INPUT');
    refused(() => bootstrapInterval(3, () => NaN, { seed: 0, resamples: 20 }), 'BAD_INPUT');
    refused(() => bootstrapInterval(3, () => 0, { seed: 0, confidence: 95 }), 'BAD_OPTION');
    refused(() => bootstrapInterval(3, () => 0, { seed: NaN }), 'BAD_OPTION');
    refused(() => bootstrapInterval(3, () => 0, { seed: 0, strata: [1, 2] }), 'BAD_INPUT');
    refused(() => bootstrapInterval(2, () => 0, { seed: 0, strata: [1, 2], clusters: [1, 1] }), 'BAD_INPUT');
    refused(() => aucInterval([1, 2], [1, 1], { seed: 0 }), 'BAD_INPUT');
  });
});

it('quantile is linear between order statistics', () => {
  expect([0, 0.25, 0.5, 1].map((share) => quantile([1, 2, 4, 10], share))).toEqual([1, 1.75, 3, 10]);
});
