import { expect, test } from 'vitest';
import { createImage, flattenAlpha, grayImage, imageFromFloat, imageToFloat, luminance, rgbToYCbCr, yCbCrToRgb } from '../src/index.ts';
import { noise, pixel, worst } from './pictures.ts';

test('luminance of the primaries', () => {
  expect(luminance(createImage(1, 1, [255, 0, 0])).data[0]).toBeCloseTo(76.245, 3);
  expect(luminance(createImage(1, 1, [0, 255, 0])).data[0]).toBeCloseTo(149.685, 3);
  expect(pixel(grayImage(luminance(createImage(2, 1, [255, 255, 255]))), 1, 0)).toEqual([255, 255, 255, 255]);
});

test('YCbCr: grey has no chroma, pure blue has the most, and the way back is exact to rounding', () => {
  expect([...rgbToYCbCr(createImage(1, 1, [90, 90, 90])).data].map((v) => Math.round(v * 1000) / 1000)).toEqual([90, 128, 128]);
  expect(rgbToYCbCr(createImage(1, 1, [0, 0, 255])).data[1]).toBeCloseTo(255.5, 4);
  const image = noise(16, 16);
  for (let i = 3; i < image.data.length; i += 4) image.data[i] = 255;
  expect(worst(yCbCrToRgb(rgbToYCbCr(image)).data, image.data)).toBe(0);
});

test('alpha over a background', () => {
  const image = { data: new Uint8ClampedArray([100, 0, 200, 128]), width: 1, height: 1 };
  expect(worst(flattenAlpha(image, [0, 100, 0]).data, [50.2, 49.8, 100.4, 255])).toBeLessThan(0.6);
});

test('floats and back', () => {
  const image = noise(5, 5);
  for (let i = 3; i < image.data.length; i += 4) image.data[i] = 255;
  expect(worst(imageFromFloat(imageToFloat(image)).data, image.data)).toBe(0);
});
