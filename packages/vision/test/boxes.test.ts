import type { Box, Point } from '@verilens/core';
import { expect, test } from 'vitest';
import { blendOverlapping, iou, nonMaximumSuppression } from '../src/index.ts';

const box = (x: number, y: number, width: number = 10, height: number = 10): Box => ({ x, y, width, height });

test('intersection over union', () => {
  expect(iou(box(0, 0), box(0, 0))).toBe(1);
  expect(iou(box(0, 0), box(5, 0))).toBeCloseTo(1 / 3);
  expect(iou(box(0, 0), box(10, 0))).toBe(0);
  expect(iou(box(0, 0, 0, 0), box(0, 0, 0, 0))).toBe(0);
});

test('suppression keeps the best of each heap', () => {
  const found = [
    { box: box(0, 0), score: 0.6 },
    { box: box(1, 0), score: 0.9 },
    { box: box(40, 0), score: 0.5 },
    { box: box(2, 0), score: 0.8 },
    { box: box(0, 0), score: NaN },
  ];
  expect(nonMaximumSuppression(found, 0.5).map((one) => one.score)).toEqual([0.9, 0.5]);
  expect(nonMaximumSuppression(found, 0.5, 1).length).toBe(1);
  expect(nonMaximumSuppression(found, 1).length).toBe(4);
});

test('blending is the mean weighted by score, key points too', () => {
  const found = [
    { box: box(0, 0), score: 0.75, keypoints: [[0, 0]] as Point[], name: 'first' },
    { box: box(4, 0), score: 0.25, keypoints: [[8, 4]] as Point[], name: 'second' },
    { box: box(90, 0), score: 0.5, keypoints: [[1, 1]] as Point[], name: 'third' },
  ];
  const blended = blendOverlapping(found, 0.3);
  expect(blended).toEqual([
    { box: box(1, 0), score: 0.75, keypoints: [[2, 1]], name: 'first' },
    { box: box(90, 0), score: 0.5, keypoints: [[1, 1]], name: 'third' },
  ]);
});
