import { expect, it } from 'vitest';
import { averagePrecision, precisionRecallCurve } from '../src/precision-recall.ts';
import { sample } from './helpers.ts';

it('equals hand-computed values', () => {
  // scikit-learn's documented example: 0.83.
  expect(averagePrecision([0.1, 0.4, 0.35, 0.8], [0, 0, 1, 1])).toBeCloseTo(0.5 * 1 + 0.5 * (2 / 3), 14);
  expect(averagePrecision([3, 2, 1], [1, 1, 0])).toBe(1);
  expect(averagePrecision([1, 1, 1, 1], [1, 0, 0, 0])).toBe(0.25);
});

it('does not depend on the order of tied items', () => {
  for (let seed = 0; seed < 10; seed++) {
    const { scores, labels } = sample(seed, 60);
    const backwards = averagePrecision([...scores].reverse(), [...labels].reverse());
    expect(averagePrecision(scores, labels)).toBeCloseTo(backwards, 14);
  }
});

it('sums precision over the recall that distinct thresholds gain', () => {
  const { scores, labels } = sample(5, 90);
  const positives = labels.filter((label) => label === 1).length;
  let sum = 0;
  let recallBefore = 0;
  for (const threshold of [...new Set(scores)].sort((a, b) => b - a)) {
    const called = labels.filter((_, item) => scores[item]! >= threshold);
    const right = called.filter((label) => label === 1).length;
    sum += (right / positives - recallBefore) * (right / called.length);
    recallBefore = right / positives;
  }
  expect(averagePrecision(scores, labels)).toBeCloseTo(sum, 13);
  expect(precisionRecallCurve(scores, labels).at(-1)).toMatchObject({ recall: 1, precision: positives / labels.length });
});

it('refuses a class without items', () => {
  expect(() => averagePrecision([1], [1])).toThrow(expect.objectContaining({ code: 'BAD_INPUT' }));
});
