import { describe, expect, it } from 'vitest';
import { eer, rocAuc, rocCurve, tarAtFar } from '../src/roc.ts';
import { sample } from './helpers.ts';

const pairsAuc = (scores: readonly number[], labels: readonly number[]): number => {
  let wins = 0;
  let pairs = 0;
  for (const [i, a] of scores.entries()) {
    for (const [j, b] of scores.entries()) {
      if (labels[i] !== 1 || labels[j] !== 0) continue;
      pairs++;
      wins += a > b ? 1 : a === b ? 0.5 : 0;
    }
  }
  return wins / pairs;
};

describe('rocAuc', () => {
  it('is the hand-counted share of pairs in the right order', () => {
    // Pairs: 0.9>0.8, 0.9>0.1, 0.4<0.8, 0.4>0.1 -> 3 of 4.
    expect(rocAuc([0.9, 0.8, 0.4, 0.1], [1, 0, 1, 0])).toBe(0.75);
    expect(rocAuc([1, 1, 1], [1, 0, 1])).toBe(0.5);
    expect(rocAuc([2, 1], [true, false])).toBe(1);
    expect(rocAuc([-1e300, 1e300], [1, 0])).toBe(0);
  });

  it('agrees with counting all pairs, ties and all', () => {
    for (let seed = 0; seed < 30; seed++) {
      const { scores, labels } = sample(seed, 5 + seed * 3);
      expect(rocAuc(scores, labels)).toBeCloseTo(pairsAuc(scores, labels), 14);
    }
  });

  it('is the area under the curve by trapezoids', () => {
    const { scores, labels } = sample(7, 100);
    const points = rocCurve(scores, labels);
    let area = 0;
    for (const [index, point] of points.entries()) {
      const before = points[index - 1] ?? point;
      area += ((point.falsePositiveRate - before.falsePositiveRate) * (point.truePositiveRate + before.truePositiveRate)) / 2;
    }
    expect(area).toBeCloseTo(rocAuc(scores, labels), 12);
  });
});

describe('rocCurve', () => {
  it('has one point per distinct score', () => {
    expect(rocCurve([3, 2, 2, 1], [1, 1, 0, 0])).toEqual([
      { threshold: Infinity, falsePositiveRate: 0, truePositiveRate: 0 },
      { threshold: 3, falsePositiveRate: 0, truePositiveRate: 0.5 },
      { threshold: 2, falsePositiveRate: 0.5, truePositiveRate: 1 },
      { threshold: 1, falsePositiveRate: 1, truePositiveRate: 1 },
    ]);
  });

  it('holds the rates that its thresholds have', () => {
    const { scores, labels } = sample(3, 80);
    for (const point of rocCurve(scores, labels)) {
      const rate = (label: number): number =>
        scores.filter((score, item) => labels[item] === label && score >= point.threshold).length /
        labels.filter((other) => other === label).length;
      expect(point.truePositiveRate).toBeCloseTo(rate(1), 14);
      expect(point.falsePositiveRate).toBeCloseTo(rate(0), 14);
    }
  });
});

describe('eer', () => {
  it.each([
    { scores: [4, 3, 2, 1], labels: [1, 1, 0, 0], rate: 0 },
    { scores: [4, 3, 2, 1], labels: [0, 0, 1, 1], rate: 1 },
    { scores: [4, 3, 2, 1], labels: [1, 0, 1, 0], rate: 0.5 },
    { scores: [1, 1, 1, 1], labels: [1, 0, 1, 0], rate: 0.5 },
    // Of 3 positives and 3 negatives one each is on the wrong side.
    { scores: [6, 5, 4, 3, 2, 1], labels: [1, 1, 0, 1, 0, 0], rate: 1 / 3 },
  ])('of $labels is $rate', ({ scores, labels, rate }) => {
    expect(eer(scores, labels).rate).toBeCloseTo(rate, 12);
  });

  it('lies where both error rates of its threshold are within one step of the curve', () => {
    const { scores, labels } = sample(11, 400, 0.5, 1000);
    const { rate, threshold } = eer(scores, labels);
    const error = (label: number): number => {
      const ofClass = scores.filter((_, item) => labels[item] === label);
      return ofClass.filter((score) => score >= threshold !== (label === 1)).length / ofClass.length;
    };
    expect(Math.abs(error(0) - rate)).toBeLessThan(0.02);
    expect(Math.abs(error(1) - rate)).toBeLessThan(0.02);
  });
});

describe('tarAtFar', () => {
  it('takes the best threshold that keeps the rate', () => {
    const scores = [9, 8, 7, 6, 5, 4, 3, 2];
    const labels = [1, 1, 0, 1, 0, 1, 0, 0];
    expect(tarAtFar(scores, labels, 0)).toEqual({ rate: 0.5, threshold: 8, falseAcceptRate: 0 });
    expect(tarAtFar(scores, labels, 0.3)).toEqual({ rate: 0.75, threshold: 6, falseAcceptRate: 0.25 });
    expect(tarAtFar(scores, labels, 1).rate).toBe(1);
    expect(tarAtFar([1, 1], [1, 0], 0.5)).toEqual({ rate: 0, threshold: Infinity, falseAcceptRate: 0 });
  });
});

describe('bad input', () => {
  it.each([
    { what: 'no positive item', scores: [1, 2], labels: [0, 0], code: 'BAD_INPUT', text: /no positive item/ },
    { what: 'no negative item', scores: [1, 2], labels: [1, 1], code: 'BAD_INPUT', text: /no negative item/ },
    { what: 'nothing', scores: [], labels: [], code: 'BAD_INPUT', text: /no positive/ },
    { what: 'unequal lengths', scores: [1, 2, 3], labels: [1, 0], code: 'BAD_INPUT', text: /lengths differ/ },
    { what: 'NaN', scores: [1, NaN], labels: [1, 0], code: 'NOT_FINITE', text: /NaN at 1/ },
    { what: 'Infinity', scores: [Infinity, 0], labels: [1, 0], code: 'NOT_FINITE', text: /Infinity at 0/ },
    { what: 'a label of 2', scores: [1, 2], labels: [2, 0], code: 'BAD_INPUT', text: /2 at 0/ },
  ])('$what is refused by every measure', ({ scores, labels, code, text }) => {
    for (const measure of [rocAuc, rocCurve, eer, (s: number[], l: number[]) => tarAtFar(s, l, 0.1)]) {
      expect(() => measure(scores, labels)).toThrow(expect.objectContaining({ code, message: expect.stringMatching(text) }));
    }
  });
});
