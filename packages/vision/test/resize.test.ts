import { describe, expect, test } from 'vitest';
import { resizeArea, resizeBilinear, resizeNearest } from '../src/index.ts';
import { noise, pixel, ramp, worst } from './pictures.ts';

describe.each([
  ['area', resizeArea],
  ['bilinear', resizeBilinear],
  ['nearest', resizeNearest],
] as const)('%s', (_name, resize) => {
  test('the same size copies', () => {
    const image = noise(13, 7);
    expect(worst(resize(image, 13, 7).data, image.data)).toBe(0);
  });
  test('one colour stays', () => {
    const image = { data: new Uint8ClampedArray(11 * 9 * 4).fill(77), width: 11, height: 9 };
    for (const [w, h] of [
      [4, 5],
      [23, 2],
      [1, 1],
    ] as const)
      expect(resize(image, w, h).data.every((value) => value === 77)).toBe(true);
  });
});

test('area is the mean of what it covers, fractions included', () => {
  const image = noise(10, 6);
  const out = resizeArea(image, 4, 4);
  for (let y = 0; y < 4; y++) {
    for (let x = 0; x < 4; x++) {
      let sum = 0;
      for (let sy = 0; sy < 6; sy++)
        for (let sx = 0; sx < 10; sx++)
          sum +=
            image.data[(sy * 10 + sx) * 4]! *
            Math.max(0, Math.min(sx + 1, (x + 1) * 2.5) - Math.max(sx, x * 2.5)) *
            Math.max(0, Math.min(sy + 1, (y + 1) * 1.5) - Math.max(sy, y * 1.5));
      expect(Math.abs(out.data[(y * 4 + x) * 4]! - sum / 3.75)).toBeLessThanOrEqual(0.501);
    }
  }
});

test('bilinear has half-pixel centres', () => {
  const image = ramp(8, 8);
  const out = resizeBilinear(image, 16, 16);
  // target centre 5 lies at (5 + 0.5) / 2 - 0.5 = 2.25
  expect(Math.abs(pixel(out, 5, 5)[0]! - (2 * 2.25 + 2.25))).toBeLessThanOrEqual(0.5);
  expect(pixel(out, 0, 0)).toEqual(pixel(image, 0, 0));
});

test('nearest takes floor((i + 0.5) * source / target)', () => {
  const image = ramp(8, 8);
  const out = resizeNearest(image, 3, 3);
  expect([0, 1, 2].map((x) => pixel(out, x, 0))).toEqual([1, 4, 6].map((x) => pixel(image, x, 1)));
});
