import { statusOf } from '@verilens/core';
import { describe, expect, it } from 'vitest';
import { calibrate, pictureScore } from '../src/calibration.ts';

const spread = (middle: number, count: number): number[] => Array.from({ length: count }, (_, i) => middle + Math.sin(i * 2.4));
const options = { data: 'made up', falseAlarmRate: 0.05, inconclusiveFrom: 0.25 };

describe('calibrate', () => {
  it('sets thresholds above the real pictures, an alarm at 0.5 or above', () => {
    const found = calibrate({ realTiles: spread(-2, 60), generatedTiles: spread(2, 60), realPictures: spread(-2, 12) }, options);
    expect(found.manipulatedAt).toBeGreaterThanOrEqual(0.5);
    expect(found.authenticBelow).toBeLessThan(found.manipulatedAt);
    expect(statusOf(found, pictureScore(found, Array<number>(50).fill(-2)))).toBe('AUTHENTIC');
    expect(statusOf(found, pictureScore(found, Array<number>(50).fill(4)))).toBe('MANIPULATED');
  });

  it('few pictures that differ much put the alarm far out', () => {
    const near = calibrate({ realTiles: spread(-1, 60), generatedTiles: spread(1, 60), realPictures: [-1.1, -1, -0.9, -1] }, options);
    const far = calibrate({ realTiles: spread(-1, 60), generatedTiles: spread(1, 60), realPictures: [-3, 0, 1, -2] }, options);
    expect(far.manipulatedAt).toBeGreaterThan(near.manipulatedAt);
    expect(() => calibrate({ realTiles: [1], generatedTiles: [1], realPictures: [0] }, options)).toThrow(/too few/);
  });

  it('one tile says less than many', () => {
    const found = calibrate({ realTiles: spread(-2, 60), generatedTiles: spread(2, 60), realPictures: spread(-2, 12) }, options);
    expect(pictureScore(found, [3])).toBeLessThan(pictureScore(found, Array<number>(100).fill(3)));
    expect(pictureScore(found, [-5])).toBeGreaterThan(pictureScore(found, Array<number>(100).fill(-5)));
  });
});
