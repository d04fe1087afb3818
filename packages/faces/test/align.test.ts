import type { Point } from '@verilens/core';
import { affineScale, rotation, transformPoint, transformPoints } from '@verilens/vision';
import { describe, expect, it } from 'vitest';
import { alignFace, cropSide, faceTurn, measureFace, surroundings } from '../src/index.ts';

const face: Point[] = [
  [80, 100],
  [120, 100],
  [100, 120],
  [100, 140],
  [60, 105],
  [140, 105],
];

describe('alignFace', () => {
  it.each([0, 0.4, -0.7])('levels the eyes of a head rolled by %f and centres it', (roll) => {
    const points = transformPoints(rotation(roll, [100, 120]), face);
    const map = alignFace(points, 64);
    const [right, left] = transformPoints(map, points) as [Point, Point];
    expect(right[1]).toBeCloseTo(left[1], 9);
    expect(right[0]).toBeLessThan(left[0]);
    const { eyeMiddle, mouth } = measureFace(points);
    const centre = transformPoint(map, [eyeMiddle[0] + 0.42 * (mouth[0] - eyeMiddle[0]), eyeMiddle[1] + 0.42 * (mouth[1] - eyeMiddle[1])]);
    expect(centre[0]).toBeCloseTo(31.5, 9);
    expect(centre[1]).toBeCloseTo(31.5, 9);
    expect(affineScale(map)).toBeCloseTo(64 / (1.3 * 2.15 * 40), 9);
  });

  it('keeps the scale when a turned head brings the eyes together', () => {
    const turned: Point[] = [
      [92, 100],
      [108, 100],
      [95, 120],
      [97, 140],
      [90, 105],
      [130, 105],
    ];
    expect(cropSide(measureFace(turned))).toBeCloseTo(1.3 * 2.15 * 0.78 * measureFace(turned).eyeMouthDistance, 9);
    expect(Math.abs(faceTurn(turned))).toBeGreaterThan(0.25);
    expect(faceTurn(face)).toBeCloseTo(0, 9);
  });

  it('refuses points that are no face', () => {
    expect(() => alignFace([[0, 0]], 64)).toThrow(/key points/);
    expect(() =>
      alignFace(
        [
          [0, 0],
          [NaN, 0],
          [0, 0],
          [0, 1],
        ],
        64,
      ),
    ).toThrow(/key points/);
  });
});

it('surroundings stay inside the picture', () => {
  expect(surroundings(face, 2.2, 200, 150)).toEqual({ x: 0, y: 0, width: 200, height: 150 });
});
