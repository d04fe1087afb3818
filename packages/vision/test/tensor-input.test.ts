import { VerilensError } from '@verilens/core';
import { expect, test } from 'vitest';
import { createImage, IMAGENET_MEAN, IMAGENET_STD, letterbox, toTensor, transformPoint } from '../src/index.ts';
import { noise, pixel } from './pictures.ts';

test('layouts, orders, mean and deviation', () => {
  const image = noise(4, 3);
  const out = new Float32Array(72).fill(-9);
  toTensor(image, out, 36, { mean: IMAGENET_MEAN, std: IMAGENET_STD });
  expect(out.subarray(0, 36).every((value) => value === -9)).toBe(true);
  // [3, H, W]: channel 1 of pixel (2, 1)
  expect(out[36 + 12 + 1 * 4 + 2]).toBeCloseTo((pixel(image, 2, 1)[1]! / 255 - 0.456) / 0.224, 5);
  toTensor(image, out, 0, { layout: 'hwc', order: 'bgr', divide: 1, mean: [127, 127, 127], std: [128, 128, 128] });
  expect(out[(1 * 4 + 2) * 3]).toBeCloseTo((pixel(image, 2, 1)[2]! - 127) / 128, 5);
  expect(() => toTensor(image, out, 40)).toThrow(VerilensError);
});

test('a letterbox keeps the shape, and its maps lead back', () => {
  const { image, transform, inverse } = letterbox(createImage(200, 100, [255, 0, 0]), 64, 64, { fill: [0, 0, 255] });
  expect(pixel(image, 32, 32)).toEqual([255, 0, 0, 255]);
  expect(pixel(image, 32, 5)).toEqual([0, 0, 255, 255]);
  expect(pixel(image, 32, 17)).toEqual([255, 0, 0, 255]); // bars are 16 rows
  const [x, y] = transformPoint(inverse, transformPoint(transform, [12, 34]));
  expect([x, y].map((v) => Math.round(v * 1e6) / 1e6)).toEqual([12, 34]);
  expect(transformPoint(transform, [-0.5, -0.5])).toEqual([-0.5, 15.5]);
});
