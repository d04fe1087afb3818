import { describe, expect, it } from 'vitest';
import { confusionMatrix, harmonicMean, sessionMetrics, sessionOutcome } from '../src/sessions.ts';

describe('sessionMetrics', () => {
  it('is the hand-counted table', () => {
    const metrics = sessionMetrics([
      { correct: [90], count: [100] },
      { correct: [80, 6], count: [100, 10] },
      { correct: [70, 8, 2], count: [100, 10, 10] },
    ]);
    expect(metrics.accuracy).toEqual([0.9, 86 / 110, 80 / 120]);
    expect(metrics.average).toBeCloseTo((0.9 + 86 / 110 + 80 / 120) / 3, 14);
    expect(metrics.performanceDrop).toBeCloseTo(0.9 - 80 / 120, 14);
    expect(metrics.base).toEqual([0.9, 0.8, 0.7]);
    expect(metrics.novel).toEqual([null, 0.6, 0.5]);
    expect(metrics.harmonic[0]).toBeNull();
    expect(metrics.harmonic[2]).toBeCloseTo((2 * 0.7 * 0.5) / 1.2, 14);
    // After session 1: base fell by 0.1. After 2: base by 0.2 from its best, session 1 rose by 0.2: (0.2 - 0.2) / 2.
    expect(metrics.forgetting[0]).toBeNull();
    expect(metrics.forgetting[1]).toBeCloseTo(0.1, 14);
    expect(metrics.forgetting[2]).toBeCloseTo(0, 14);
    expect(metrics.matrix[2]).toEqual([0.7, 0.8, 0.2]);
  });

  it('measures forgetting from the best, not from the first', () => {
    const { forgetting } = sessionMetrics([
      { correct: [5], count: [10] },
      { correct: [9, 10], count: [10, 10] },
      { correct: [4, 7, 10], count: [10, 10, 10] },
    ]);
    expect(forgetting[2]).toBeCloseTo((0.5 + 0.3) / 2, 14);
  });

  it("has the paper's average and drop for a published row", () => {
    // CD^2 on CIFAR-100: 60 base classes, 8 sessions of 5; 100 test pictures a class (paper's figures).
    const published = [83.32, 79.42, 74.96, 70.33, 67.28, 64.21, 61.35, 59.81, 57.36];
    const outcomes = published.map((percent, t) => {
      const count = [6000, ...Array.from({ length: t }, () => 500)];
      const right = Math.round((percent / 100) * count.reduce((a, b) => a + b, 0));
      const correct = count.map((total) => Math.floor((right * total) / count.reduce((a, b) => a + b, 0)));
      correct[0]! += right - correct.reduce((a, b) => a + b, 0);
      return { correct, count };
    });
    const { average, performanceDrop } = sessionMetrics(outcomes);
    expect(100 * average).toBeCloseTo(68.67, 2);
    expect(100 * performanceDrop).toBeCloseTo(25.96, 2);
  });

  it.each([
    { what: 'no session', outcomes: [] },
    {
      what: 'a session too few',
      outcomes: [
        { correct: [1], count: [1] },
        { correct: [1], count: [1] },
      ],
    },
    { what: 'more right than there are', outcomes: [{ correct: [2], count: [1] }] },
    { what: 'no picture', outcomes: [{ correct: [0], count: [0] }] },
    { what: 'NaN', outcomes: [{ correct: [NaN], count: [1] }] },
  ])('refuses $what', ({ outcomes }) => {
    expect(() => sessionMetrics(outcomes)).toThrow(expect.objectContaining({ code: 'BAD_INPUT' }));
  });
});

describe('sessionOutcome', () => {
  it('counts right answers by the session of the true label', () => {
    const session: Record<string, number> = { a: 0, b: 0, c: 1 };
    expect(sessionOutcome(['a', 'c', 'c', 'a'], ['a', 'b', 'c', 'c'], (label) => session[label])).toEqual({
      correct: [1, 1],
      count: [2, 2],
    });
  });

  it('refuses a label of no session, a session without pictures, unequal lengths', () => {
    expect(() => sessionOutcome(['a'], ['z'], () => undefined)).toThrow(/belongs to no session/);
    expect(() => sessionOutcome(['a'], ['a'], () => 1)).toThrow(/session 0 cannot be counted/);
    expect(() => sessionOutcome(['a'], ['a', 'a'], () => 0)).toThrow(/lengths differ/);
  });
});

describe('harmonicMean', () => {
  it('is low when either is', () => {
    expect(harmonicMean(0.8, 0.8)).toBeCloseTo(0.8, 14);
    expect(harmonicMean(1, 0)).toBe(0);
    expect(harmonicMean(0, 0)).toBe(0);
  });
});

describe('confusionMatrix', () => {
  it('counts what was called what', () => {
    expect(confusionMatrix(['a', 'b', 'b'], ['a', 'a', 'b'], ['a', 'b'])).toEqual([
      [1, 1],
      [0, 1],
    ]);
    expect(() => confusionMatrix(['a'], ['z'], ['a'])).toThrow(expect.objectContaining({ code: 'BAD_INPUT' }));
    expect(() => confusionMatrix(['z'], ['a'], ['a'])).toThrow(expect.objectContaining({ got: 'z' }));
  });
});
