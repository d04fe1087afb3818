import { expect, it } from 'vitest';
import { constantRate, cosine, stepDecay } from '../src/index.ts';

it('cosine rises to the peak, falls to the floor and stays there', () => {
  const rate = cosine({ peak: 1, steps: 100, warmup: 10, floor: 0.1 });
  expect(rate(0)).toBeCloseTo(0.1);
  expect(rate(9)).toBe(1);
  expect(rate(10)).toBe(1);
  expect(rate(55)).toBeCloseTo(0.55);
  expect(rate(100)).toBeCloseTo(0.1);
  expect(rate(1000)).toBeCloseTo(0.1);
  expect(cosine({ peak: 2, steps: 10 })(0)).toBe(2);
  expect(cosine({ peak: 2, steps: 10, warmup: 10 })(9)).toBe(2);
});

it('step and constant', () => {
  const rate = stepDecay({ initial: 1, every: 3, factor: 0.5 });
  expect([0, 2, 3, 6].map(rate)).toEqual([1, 1, 0.5, 0.25]);
  expect(constantRate(0.3)(99)).toBe(0.3);
});

it('refuses what cannot be', () => {
  expect(() => cosine({ peak: 1, steps: 5, warmup: 6 })).toThrow(expect.objectContaining({ code: 'BAD_OPTION' }));
  expect(() => cosine({ peak: 1, steps: NaN })).toThrow(expect.objectContaining({ code: 'BAD_OPTION' }));
});
