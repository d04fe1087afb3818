import { VerilensError } from '@verilens/core';
import { expect, test } from 'vitest';
import { crop, flipHorizontal, flipVertical, orient, rotate90, type Orientation } from '../src/index.ts';
import { noise, pixel, ramp, worst } from './pictures.ts';

test('crop rounds, cuts to the picture and refuses what lies outside', () => {
  const image = ramp(10, 8);
  const part = crop(image, { x: 2.4, y: -3, width: 4, height: 5 });
  expect([part.width, part.height]).toEqual([4, 2]);
  expect(pixel(part, 1, 1)).toEqual(pixel(image, 3, 1));
  for (const box of [
    { x: 10, y: 0, width: 5, height: 5 },
    { x: 0, y: 0, width: 0, height: 3 },
    { x: NaN, y: 0, width: 2, height: 2 },
  ])
    expect(() => crop(image, box)).toThrow(VerilensError);
});

test('turns and mirrors', () => {
  const image = noise(5, 3);
  const turned = rotate90(image);
  expect([turned.width, turned.height]).toEqual([3, 5]);
  expect(pixel(turned, 2, 0)).toEqual(pixel(image, 0, 0)); // top left goes to top right
  expect(worst(rotate90(image, 4).data, image.data)).toBe(0);
  expect(worst(rotate90(rotate90(image, 1), -1).data, image.data)).toBe(0);
  expect(worst(rotate90(image, 2).data, flipHorizontal(flipVertical(image)).data)).toBe(0);
  expect(pixel(flipHorizontal(image), 0, 1)).toEqual(pixel(image, 4, 1));
  expect(pixel(flipVertical(image), 1, 0)).toEqual(pixel(image, 1, 2));
});

test.each([1, 2, 3, 4, 5, 6, 7, 8] as Orientation[])('orientation %i is undone by its inverse', (orientation) => {
  const image = noise(7, 4);
  const inverse = orientation === 6 ? 8 : orientation === 8 ? 6 : orientation;
  expect(worst(orient(orient(image, orientation), inverse).data, image.data)).toBe(0);
});

test('transpose and anti-transpose', () => {
  const image = noise(5, 3);
  expect(pixel(orient(image, 5), 1, 4)).toEqual(pixel(image, 4, 1));
  expect(pixel(orient(image, 7), 0, 0)).toEqual(pixel(image, 4, 2));
  expect(() => orient(image, 9 as Orientation)).toThrow(VerilensError);
});

test('data that do not begin on a word boundary', () => {
  const image = noise(4, 4);
  const shifted = new Uint8Array(65);
  shifted.set(image.data, 1);
  expect(worst(rotate90({ data: shifted.subarray(1), width: 4, height: 4 }).data, rotate90(image).data)).toBe(0);
});
