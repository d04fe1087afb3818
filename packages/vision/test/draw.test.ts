import { VerilensError } from '@verilens/core';
import { expect, test } from 'vitest';
import { createImage, drawBox, heatColour, overlayHeatMap } from '../src/index.ts';
import { pixel } from './pictures.ts';

test('an outline stays inside its box and is cut to the picture', () => {
  const image = drawBox(createImage(20, 20, [0, 0, 0]), { x: 4, y: 5, width: 30, height: 10 }, [255, 1, 3], 2);
  expect(pixel(image, 4, 5)).toEqual([255, 1, 3, 255]);
  expect(pixel(image, 5, 10)).toEqual([255, 1, 3, 255]);
  expect(pixel(image, 6, 10)).toEqual([0, 0, 0, 255]);
  expect(pixel(image, 3, 5)).toEqual([0, 0, 0, 255]);
  expect(pixel(image, 10, 14)).toEqual([255, 1, 3, 255]);
});

test('the colours grow lighter with the value', () => {
  const light = (v: number): number => 0.299 * heatColour(v)[0] + 0.587 * heatColour(v)[1] + 0.114 * heatColour(v)[2];
  for (let v = 0.05; v <= 1; v += 0.05) expect(light(v)).toBeGreaterThan(light(v - 0.05));
  expect(heatColour(NaN)).toEqual(heatColour(0));
  expect(heatColour(7)).toEqual(heatColour(1));
});

test('a heat map colours where it is hot and leaves the rest', () => {
  const image = createImage(20, 20, [50, 50, 50]);
  const out = overlayHeatMap(image, { values: Float32Array.from([1, 0, 0, 0]), rows: 2, columns: 2 }, 0.5);
  expect(pixel(out, 2, 2)[0]).toBe(151); // half of 50, half of 252
  expect(pixel(out, 18, 18)).toEqual([50, 50, 50, 255]);
  expect(pixel(image, 2, 2)).toEqual([50, 50, 50, 255]);
  expect(() => overlayHeatMap(image, { values: new Float32Array(3), rows: 2, columns: 2 })).toThrow(VerilensError);
});
