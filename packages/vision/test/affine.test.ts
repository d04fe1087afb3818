import { VerilensError, type Affine, type Point } from '@verilens/core';
import { describe, expect, test } from 'vitest';
import {
  affineScale,
  boxTransform,
  composeAffine,
  fitAffine,
  fitSimilarity,
  IDENTITY,
  invertAffine,
  rotation,
  scaling,
  transformBox,
  transformPoint,
  transformPoints,
  translation,
} from '../src/index.ts';

const close = (a: readonly number[], b: readonly number[], digits: number = 9): void =>
  a.forEach((value, i) => expect(value).toBeCloseTo(b[i]!, digits));
const points: Point[] = [
  [0, 0],
  [10, 2],
  [3, 8],
  [7, 7],
  [1, 5],
];

test('the first map of a composition is applied first', () => {
  close(transformPoint(composeAffine(translation(1, 0), scaling(2)), [3, 4]), [8, 8]);
  close(composeAffine(), IDENTITY);
});

test('a quarter turn is clockwise on screen and keeps its centre', () => {
  close(transformPoint(rotation(Math.PI / 2), [1, 0]), [0, 1]);
  close(transformPoint(rotation(0.7, [5, 9]), [5, 9]), [5, 9]);
});

test('a map and its inverse cancel', () => {
  const map = composeAffine(rotation(0.3, [4, 4]), scaling(2, 0.5), translation(-7, 3));
  close(composeAffine(map, invertAffine(map)), IDENTITY);
  expect(affineScale(map)).toBeCloseTo(1);
  expect(() => invertAffine([1, 2, 0, 2, 4, 0])).toThrow(VerilensError);
  expect(() => invertAffine([1, 0, NaN, 0, 1, 0])).toThrow(VerilensError);
});

describe('fitting', () => {
  const similarity = composeAffine(rotation(-0.4), scaling(1.7), translation(12, -3));
  const affine: Affine = [1.2, 0.3, 5, -0.4, 0.8, -2];
  test('finds the map that made the points', () => {
    close(fitSimilarity(points, transformPoints(similarity, points)), similarity);
    close(fitAffine(points, transformPoints(affine, points)), affine);
  });

  test('noisy points: no small change of the map fits better', () => {
    const to = transformPoints(similarity, points).map(([x, y], i): Point => [x + Math.sin(i * 9), y + Math.cos(i * 5)]);
    const loss = (map: Affine): number =>
      transformPoints(map, points).reduce((sum, [x, y], i) => sum + (x - to[i]![0]) ** 2 + (y - to[i]![1]) ** 2, 0);
    for (const [fit, moves] of [
      [fitSimilarity(points, to), [rotation(1e-3), scaling(1.001), translation(1e-2, 0), translation(0, 1e-2)]],
      [fitAffine(points, to), [rotation(1e-3), scaling(1.001, 1), scaling(1, 1.001), translation(1e-2, 0)]],
    ] as const) {
      for (const move of moves) {
        expect(loss(composeAffine(fit, move))).toBeGreaterThan(loss(fit));
        expect(loss(composeAffine(fit, invertAffine(move)))).toBeGreaterThan(loss(fit));
      }
    }
  });

  test('refuses points that settle nothing', () => {
    expect(() =>
      fitSimilarity(
        [
          [1, 1],
          [1, 1],
        ],
        [
          [0, 0],
          [1, 1],
        ],
      ),
    ).toThrow(VerilensError);
    expect(() => fitSimilarity([[1, 1]], [[0, 0]])).toThrow(VerilensError);
    expect(() =>
      fitAffine(
        [
          [0, 0],
          [1, 1],
          [2, 2],
        ],
        points.slice(0, 3),
      ),
    ).toThrow(VerilensError);
    expect(() => fitAffine(points, points.slice(1))).toThrow(VerilensError);
  });
});

test('a box fills the target edge to edge', () => {
  const map = boxTransform({ x: 10, y: 20, width: 40, height: 40 }, 80, 20);
  // edges lie half a pixel outside the first and last centres
  close(transformPoint(map, [9.5, 19.5]), [-0.5, -0.5]);
  close(transformPoint(map, [49.5, 59.5]), [79.5, 19.5]);
  expect(transformBox(scaling(2, 3), { x: 1, y: 1, width: 2, height: 2 })).toEqual({ x: 2, y: 3, width: 4, height: 6 });
});
