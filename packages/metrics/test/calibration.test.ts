import { describe, expect, it } from 'vitest';
import {
  applyPlatt,
  brier,
  expectedCalibrationError,
  fitPlatt,
  reliabilityBins,
  sigmoid,
  thresholdAtFalseAlarmRate,
} from '../src/calibration.ts';
import { seededUniform } from '../src/random.ts';
import { sample } from './helpers.ts';

describe('fitPlatt', () => {
  it('finds the curve that drew the labels', () => {
    const uniform = seededUniform(5);
    const logits = Array.from({ length: 20_000 }, () => (uniform() - 0.5) * 8 + 100);
    const labels = logits.map((logit) => Number(uniform() < sigmoid(1.7 * (logit - 100) - 0.4)));
    const fit = fitPlatt(logits, labels);
    expect(fit.scale).toBeCloseTo(1.7, 1);
    expect(applyPlatt(100, fit)).toBeCloseTo(sigmoid(-0.4), 1.5);
    const probabilities = logits.map((logit) => applyPlatt(logit, fit));
    expect(expectedCalibrationError(probabilities, labels)).toBeLessThan(0.02);
  });

  it('is a minimum of the softened likelihood: no small step is better', () => {
    const { scores, labels } = sample(2, 50);
    const positives = labels.filter((label) => label === 1).length;
    const negatives = labels.length - positives;
    const loss = (scale: number, offset: number): number =>
      scores.reduce((sum, score, item) => {
        const p = sigmoid(scale * score + offset);
        const target = labels[item] === 1 ? (positives + 1) / (positives + 2) : 1 / (negatives + 2);
        return sum - target * Math.log(p) - (1 - target) * Math.log(1 - p);
      }, 0);
    const { scale, offset } = fitPlatt(scores, labels);
    for (const [ds, doff] of [
      [1e-3, 0],
      [-1e-3, 0],
      [0, 1e-3],
      [0, -1e-3],
      [1e-3, -1e-3],
    ] as const) {
      expect(loss(scale + ds, offset + doff)).toBeGreaterThan(loss(scale, offset));
    }
  });

  it('stays finite when the classes do not overlap, at any size of score', () => {
    for (const size of [1e-6, 1, 1e6]) {
      const fit = fitPlatt([-2 * size, -size, size, 2 * size], [0, 0, 1, 1]);
      expect(applyPlatt(size, fit)).toBeGreaterThan(0.5);
      expect(applyPlatt(2 * size, fit)).toBeLessThan(1);
    }
    expect(applyPlatt(7, fitPlatt([7, 7, 7], [1, 0, 1]))).toBeCloseTo(0.6, 1);
  });

  it('balanced ignores how many there are of each class', () => {
    const logits = [
      ...Array<number>(900).fill(-1),
      ...Array<number>(100).fill(1),
      ...Array<number>(10).fill(-1),
      ...Array<number>(90).fill(1),
    ];
    const labels = [...Array<number>(1000).fill(0), ...Array<number>(100).fill(1)];
    const fit = fitPlatt(logits, labels, { balanced: true });
    // 10 % of either class on the wrong side.
    expect(applyPlatt(1, fit) + applyPlatt(-1, fit)).toBeCloseTo(1, 1);
    expect(applyPlatt(1, fitPlatt(logits, labels))).toBeLessThan(applyPlatt(1, fit));
  });
});

describe('calibration error', () => {
  const probabilities = [0.05, 0.15, 0.15, 0.95, 1];
  const labels = [0, 1, 0, 1, 1];

  it('bins by hand', () => {
    const bins = reliabilityBins(probabilities, labels, 10);
    expect(bins.map((bin) => bin.count)).toEqual([1, 2, 0, 0, 0, 0, 0, 0, 0, 2]);
    expect(bins[1]).toMatchObject({ low: 0.1, high: 0.2, frequency: 0.5 });
    expect(bins[1]!.confidence).toBeCloseTo(0.15, 14);
    expect(bins[9]!.confidence).toBeCloseTo(0.975, 14);
  });

  it('sums by hand', () => {
    expect(expectedCalibrationError(probabilities, labels)).toBeCloseTo((0.05 + 2 * 0.35 + 2 * 0.025) / 5, 14);
    expect(brier(probabilities, labels)).toBeCloseTo((0.05 ** 2 + 0.85 ** 2 + 0.15 ** 2 + 0.05 ** 2) / 5, 14);
    expect(brier([0, 1], [0, 1])).toBe(0);
  });

  it('refuses what is no probability', () => {
    for (const measure of [reliabilityBins, expectedCalibrationError, brier]) {
      expect(() => measure([0.5, 1.2], [0, 1])).toThrow(expect.objectContaining({ code: 'BAD_INPUT' }));
      expect(() => measure([0.5, NaN], [0, 1])).toThrow(expect.objectContaining({ code: 'NOT_FINITE' }));
    }
  });
});

describe('thresholdAtFalseAlarmRate', () => {
  it('lets no more through than the rate, counting the next item too', () => {
    const scores = Array.from({ length: 99 }, (_, index) => index / 100);
    // (0 + 1) / 100 = 1 %: nothing may reach it.
    expect(thresholdAtFalseAlarmRate(scores, 0.01)).toMatchObject({ falseAlarms: 0, items: 99 });
    expect(thresholdAtFalseAlarmRate(scores, 0.05)).toMatchObject({ falseAlarms: 4 });
    expect(thresholdAtFalseAlarmRate(scores, 1)).toMatchObject({ threshold: 0, falseAlarms: 99 });
  });

  it('lies just above the score that must stay below', () => {
    const { threshold } = thresholdAtFalseAlarmRate([0.1, 0.7, 0.3], 0.25);
    expect(threshold).toBeGreaterThan(0.7);
    expect(threshold - 0.7).toBeLessThan(1e-15);
    expect(thresholdAtFalseAlarmRate([-1, -3, 0, -2], 0.2).threshold).toBe(Number.MIN_VALUE);
    expect(thresholdAtFalseAlarmRate([-1, -3, -5, -2], 0.2).threshold).toBeGreaterThan(-1);
  });

  it('keeps ties on the safe side', () => {
    expect(thresholdAtFalseAlarmRate([1, 1, 1, 0, 0, 0, 0, 0, 0], 0.3).falseAlarms).toBe(0);
    expect(thresholdAtFalseAlarmRate([1, 1, 1, 0, 0, 0, 0, 0, 0], 0.4).falseAlarms).toBe(3);
  });

  it('keeps its promise on fresh items', () => {
    let alarms = 0;
    const uniform = seededUniform(8);
    for (let trial = 0; trial < 2000; trial++) {
      const { threshold } = thresholdAtFalseAlarmRate(Array.from({ length: 19 }, uniform), 0.1);
      alarms += Number(uniform() >= threshold);
    }
    // Expectation 0.1 exactly (k = 1, n = 19); three standard errors are 0.02.
    expect(alarms / 2000).toBeGreaterThan(0.08);
    expect(alarms / 2000).toBeLessThan(0.12);
  });

  it('says how many items a rate needs', () => {
    expect(() => thresholdAtFalseAlarmRate([0.1, 0.2], 0.01)).toThrow(/at least 99, got 2/);
    expect(() => thresholdAtFalseAlarmRate([0.1], 0)).toThrow(/a rate above 0/);
    expect(() => thresholdAtFalseAlarmRate([], 0.1)).toThrow(expect.objectContaining({ code: 'BAD_INPUT' }));
    expect(() => thresholdAtFalseAlarmRate([1], 1.5)).toThrow(expect.objectContaining({ code: 'BAD_OPTION' }));
  });
});
