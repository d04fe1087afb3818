import { expect, it } from 'vitest';
import { checkThreshold, statusOf } from '../src/verdict.ts';

const calibration = { manipulatedAt: 0.7, authenticBelow: 0.2 };

it.each([
  [0.7, undefined, 'MANIPULATED'],
  [0.69, undefined, 'INCONCLUSIVE'],
  [0.2, undefined, 'INCONCLUSIVE'],
  [0.19, undefined, 'AUTHENTIC'],
  [0.19, 0.1, 'MANIPULATED'],
  [0.05, 0.1, 'AUTHENTIC'],
] as const)('a score of %d with a threshold of %s: %s', (score, threshold, status) => {
  expect(statusOf(calibration, score, threshold)).toBe(status);
});

it('refuses thresholds that are no share', () => {
  for (const right of [undefined, 0, 1]) expect(() => checkThreshold(right, 'here')).not.toThrow();
  for (const wrong of [-0.1, 1.1, NaN])
    expect(() => checkThreshold(wrong, 'here')).toThrow(expect.objectContaining({ code: 'BAD_OPTION', place: 'here' }));
});
