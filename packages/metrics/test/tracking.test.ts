import { expect, it } from 'vitest';
import { trackingScore } from '../src/index.ts';

const box = (x: number, y = 0, width = 10, height = 10) => ({ x, y, width, height });

it('scores one frame of each kind by hand', () => {
  // overlaps 1, 1/3 and 0; centres 0, 5 and 30 pixels off
  const score = trackingScore([box(0), box(5), box(30)], [box(0), box(0), box(0)]);
  expect(score.frames).toBe(3);
  expect(score.meanOverlap).toBeCloseTo((1 + 1 / 3) / 3, 12);
  expect(score.meanCentreError).toBeCloseTo(35 / 3, 12);
  expect(score.failures).toBeCloseTo(1 / 3, 12);
  expect(score.precisionAt20).toBeCloseTo(2 / 3, 12);
  // above 0, 0.05 ... 0.3: two of three (7 thresholds); 0.35 ... 0.95: one (13); above 1: none
  expect(score.successAuc).toBeCloseTo((7 * (2 / 3) + 13 * (1 / 3)) / 21, 12);
  expect(score.success[0]).toEqual({ threshold: 0, share: 2 / 3 });
  expect(score.precision[4]!.share).toBeCloseTo(1 / 3, 12);
});

it('leaves out frames without a true box', () => {
  expect(trackingScore([box(50), box(0)], [undefined, box(0)]).frames).toBe(1);
});

it('refuses what it cannot score', () => {
  expect(() => trackingScore([box(0)], [])).toThrow(/0 boxes/);
  expect(() => trackingScore([box(0)], [undefined])).toThrow(/no frame has a true box/);
  expect(() => trackingScore([box(NaN)], [box(0)])).toThrow(/frame 0/);
});
