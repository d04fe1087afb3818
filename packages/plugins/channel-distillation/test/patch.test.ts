import type { Image } from '@verilens/core';
import { expect, it } from 'vitest';
import { samplePatch } from '../src/patch.ts';

const WIDTH = 40;
const HEIGHT = 30;
/** Red grows to the right, green downwards: both are exact under bilinear sampling and means. */
const ramp: Image = {
  width: WIDTH,
  height: HEIGHT,
  data: Uint8ClampedArray.from({ length: WIDTH * HEIGHT * 4 }, (_, i) => {
    const p = i >> 2;
    return [4 * (p % WIDTH), 6 * Math.floor(p / WIDTH), 77, 255][i & 3]!;
  }),
};
const sample = (area: Parameters<typeof samplePatch>[1], size: number): Float32Array =>
  samplePatch(ramp, area, size, new Float32Array(size * size * 3));

it.each([
  ['at its own size', 8],
  ['enlarged', 4],
  ['shrunk a little', 12],
])('%s: pixels are where the area says', (_, side) => {
  const size = 8;
  const patch = sample({ x: 20, y: 15, width: side, height: side }, size);
  for (let row = 0; row < size; row++) {
    for (let column = 0; column < size; column++) {
      const [x, y] = [20 + ((column + 0.5) / size - 0.5) * side - 0.5, 15 + ((row + 0.5) / size - 0.5) * side - 0.5];
      const o = (row * size + column) * 3;
      expect(patch[o]).toBeCloseTo(4 * x, 3);
      expect(patch[o + 1]).toBeCloseTo(6 * y, 3);
      expect(patch[o + 2]).toBeCloseTo(77, 3);
    }
  }
});

it('shrunk much: means over the area, to half a pixel', () => {
  const patch = sample({ x: 20, y: 15, width: 24, height: 24 }, 4);
  for (let i = 0; i < 16; i++) {
    const [x, y] = [20 + (((i % 4) + 0.5) / 4 - 0.5) * 24 - 0.5, 15 + ((Math.floor(i / 4) + 0.5) / 4 - 0.5) * 24 - 0.5];
    expect(Math.abs(patch[i * 3]! / 4 - x)).toBeLessThanOrEqual(0.5);
    expect(Math.abs(patch[i * 3 + 1]! / 6 - y)).toBeLessThanOrEqual(0.5);
  }
});

it('turned by a quarter: right becomes down', () => {
  const area = { x: 20, y: 15, width: 8, height: 8 };
  const [straight, turned] = [sample(area, 8), sample({ ...area, angle: Math.PI / 2 }, 8)];
  for (let row = 0; row < 8; row++) {
    for (let column = 0; column < 8; column++) {
      // a step to the right in the turned patch is a step down in the frame
      expect(turned[(row * 8 + column) * 3 + 1]).toBeCloseTo(straight[(column * 8 + (7 - row)) * 3 + 1]!, 3);
    }
  }
});

it('outside the frame its border goes on', () => {
  const patch = sample({ x: -20, y: 15, width: 8, height: 8 }, 4);
  for (let i = 0; i < 16; i++) expect(patch[i * 3]).toBe(0);
});
