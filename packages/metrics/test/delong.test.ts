import { expect, it } from 'vitest';
import { bootstrapInterval } from '../src/bootstrap.ts';
import { compareAucs } from '../src/delong.ts';
import { seededUniform } from '../src/random.ts';
import { rocAuc } from '../src/roc.ts';
import { normal, sample } from './helpers.ts';

it('has the areas of rocAuc and no difference between a score and itself', () => {
  const { scores, labels } = sample(3, 70);
  const other = scores.map((score, item) => score + ((item * 7) % 5) / 5);
  const compared = compareAucs(scores, other, labels);
  expect(compared.aucA).toBeCloseTo(rocAuc(scores, labels), 13);
  expect(compared.aucB).toBeCloseTo(rocAuc(other, labels), 13);
  expect(compareAucs(scores, scores, labels)).toMatchObject({ difference: 0, standardError: 0, z: 0 });
});

it('has the standard error that resampling finds', () => {
  const uniform = seededUniform(2);
  const labels = Array.from({ length: 300 }, (_, item) => item % 2);
  const a = labels.map((label) => normal(uniform) + label);
  const b = a.map((score) => score + normal(uniform));
  const pick = (items: Uint32Array, values: readonly number[]): number[] => [...items].map((item) => values[item]!);
  const difference = (items: Uint32Array): number =>
    rocAuc(pick(items, a), pick(items, labels)) - rocAuc(pick(items, b), pick(items, labels));
  const { low, high } = bootstrapInterval(300, difference, { seed: 1, resamples: 800, strata: labels });
  expect(compareAucs(a, b, labels).standardError / ((high - low) / 2 / 1.96)).toBeGreaterThan(0.85);
  expect(compareAucs(a, b, labels).standardError / ((high - low) / 2 / 1.96)).toBeLessThan(1.15);
});
