import type { Point } from '@verilens/core';
import { expect, test } from 'vitest';
import { blendMask, convexHull, createImage, ellipseMask, maskedStatistics, polygonMask } from '../src/index.ts';
import { pixel } from './pictures.ts';

const sum = (data: Float32Array): number => data.reduce((a, b) => a + b, 0);

test('the hull holds every point and only corners', () => {
  const points: Point[] = [
    [0, 0],
    [4, 0],
    [4, 3],
    [0, 3],
    [2, 1],
    [2, 0],
    [4, 3],
    [1, 2],
  ];
  const hull = convexHull(points);
  expect(hull.length).toBe(4);
  expect(new Set(hull.map(String))).toEqual(new Set(['0,0', '4,0', '4,3', '0,3']));
  expect(
    convexHull([
      [1, 1],
      [1, 1],
    ]),
  ).toEqual([[1, 1]]);
});

test('a filled polygon has its area, hard or soft', () => {
  const triangle: Point[] = [
    [5, 5],
    [45, 10],
    [20, 40],
  ];
  const area = Math.abs((45 - 5) * (40 - 5) - (20 - 5) * (10 - 5)) / 2;
  expect(Math.abs(sum(polygonMask(triangle, 60, 60).data) - area)).toBeLessThan(2);
  const soft = polygonMask(triangle, 60, 60, 2);
  expect(Math.abs(sum(soft.data) - area)).toBeLessThan(2);
  expect(soft.data[15 * 60 + 22]).toBeGreaterThan(0.95);
  expect(soft.data[58 * 60 + 58]).toBe(0);
  expect(Math.max(...soft.data)).toBeLessThanOrEqual(1.0001);
});

test('a polygon larger than the mask is cut to it', () => {
  expect(
    sum(
      polygonMask(
        [
          [-100, -100],
          [200, -100],
          [200, 200],
          [-100, 200],
        ],
        8,
        8,
      ).data,
    ),
  ).toBeCloseTo(64, 3);
});

test('an ellipse is one inside, zero outside, smooth between', () => {
  const mask = ellipseMask([20, 10], [16, 8], 41, 21, { softness: 0.5 });
  expect(mask.data[10 * 41 + 20]).toBe(1);
  expect(mask.data[10 * 41 + 37]).toBe(0);
  expect(mask.data[10 * 41 + 32]).toBeCloseTo(0.5, 5); // three quarters of the radius
  const turned = ellipseMask([20, 20], [16, 8], 41, 41, { angle: Math.PI / 2, softness: 0.5 });
  expect(turned.data[32 * 41 + 20]).toBeCloseTo(0.5, 5);
});

test('statistics inside a mask, and blending by it', () => {
  const image = createImage(4, 1, [10, 20, 30]);
  image.data.set([20, 40, 60, 255], 4);
  image.data.set([200, 200, 200, 255], 12);
  const mask = { data: Float32Array.from([1, 1, 0, 0]), width: 4, height: 1 };
  expect(maskedStatistics(image, mask)).toEqual({ mean: [15, 30, 45], std: [5, 10, 15], weight: 2 });
  expect(() => maskedStatistics(image, { ...mask, data: new Float32Array(4) })).toThrow('empty');
  const mixed = blendMask(image, createImage(4, 1, [110, 120, 130]), { ...mask, data: Float32Array.from([0, 0.5, 1, 0]) });
  expect(pixel(mixed, 0, 0)).toEqual([10, 20, 30, 255]);
  expect(pixel(mixed, 1, 0)).toEqual([65, 80, 95, 255]);
  expect(pixel(mixed, 2, 0)).toEqual([110, 120, 130, 255]);
});
