import { VerilensError } from '@verilens/core';
import { expect, test } from 'vitest';
import { boxBlur, boxBlurPlane, createPlane, gaussianBlur, gaussianBlurPlane, gaussianKernel } from '../src/index.ts';
import { noise, worst } from './pictures.ts';

test('the kernel sums to one and has the deviation asked for', () => {
  const kernel = gaussianKernel(2, 20);
  const sum = kernel.reduce((a, b) => a + b);
  expect(sum).toBeCloseTo(1, 5);
  expect(Math.sqrt(kernel.reduce((total, weight, i) => total + weight * (i - 20) ** 2, 0))).toBeCloseTo(2, 2);
  expect(() => gaussianKernel(0)).toThrow(VerilensError);
});

test('a single bright point spreads as a Gaussian and keeps its sum', () => {
  const plane = createPlane(31, 31);
  plane.data[15 * 31 + 15] = 1000;
  const out = gaussianBlurPlane(plane, 1.5);
  expect(out.data.reduce((a, b) => a + b)).toBeCloseTo(1000, 1);
  expect(out.data[15 * 31 + 17]! / out.data[15 * 31 + 15]!).toBeCloseTo(Math.exp(-4 / 4.5), 4);
  expect(out.data[13 * 31 + 15]).toBeCloseTo(out.data[15 * 31 + 17]!, 4);
});

test('one colour stays one colour, up to the border', () => {
  const image = { data: new Uint8ClampedArray(9 * 5 * 4).fill(123), width: 9, height: 5 };
  for (const out of [gaussianBlur(image, 4), boxBlur(image, 7), gaussianBlur(image, 0)])
    expect(out.data.every((value) => value === 123)).toBe(true);
});

test('a box blur is the mean of its square', () => {
  const source = noise(12, 9);
  const plane = createPlane(12, 9);
  plane.data.forEach((_, i) => (plane.data[i] = source.data[4 * i]!));
  const out = boxBlurPlane(plane, 2);
  const clamp = (i: number, n: number): number => Math.min(n - 1, Math.max(0, i));
  const expected = Array.from({ length: 108 }, (_, i) => {
    let sum = 0;
    for (let dy = -2; dy <= 2; dy++)
      for (let dx = -2; dx <= 2; dx++) sum += plane.data[clamp(Math.floor(i / 12) + dy, 9) * 12 + clamp((i % 12) + dx, 12)]!;
    return sum / 25;
  });
  expect(worst(out.data, expected)).toBeLessThan(1e-3);
  expect(() => boxBlurPlane(plane, 1.5)).toThrow(VerilensError);
});
