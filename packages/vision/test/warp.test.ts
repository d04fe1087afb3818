import { VerilensError, type Affine, type Image } from '@verilens/core';
import { describe, expect, test } from 'vitest';
import {
  composeAffine,
  createImage,
  IDENTITY,
  invertAffine,
  rotation,
  scaling,
  translation,
  warpAffine,
  warpAffineFloat,
  type Fill,
} from '../src/index.ts';
import { noise, pixel, ramp, worst } from './pictures.ts';

/** Straight from the definition. */
function reference(image: Image, map: Affine, width: number, height: number, fill: Fill): Float64Array {
  const [a, b, c, d, e, f] = invertAffine(map);
  const out = new Float64Array(width * height * 4);
  const fold = (i: number, n: number): number => {
    if (fill === 'edge') return Math.min(n - 1, Math.max(0, i));
    while (i < 0 || i >= n) i = i < 0 ? -i : 2 * (n - 1) - i;
    return i;
  };
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const sx = a * x + b * y + c;
      const sy = d * x + e * y + f;
      for (const [dx, dy] of [
        [0, 0],
        [1, 0],
        [0, 1],
        [1, 1],
      ] as const) {
        const tx = Math.floor(sx) + dx;
        const ty = Math.floor(sy) + dy;
        const weight = (1 - Math.abs(sx - tx)) * (1 - Math.abs(sy - ty));
        for (let k = 0; k < 4; k++) {
          const outside = tx < 0 || ty < 0 || tx >= image.width || ty >= image.height;
          const value =
            outside && typeof fill !== 'string'
              ? (fill[k] ?? 255)
              : image.data[(fold(ty, image.height) * image.width + fold(tx, image.width)) * 4 + k]!;
          out[(y * width + x) * 4 + k]! += weight * value;
        }
      }
    }
  }
  return out;
}

const maps: [string, Affine][] = [
  ['identity', IDENTITY],
  ['shift', translation(3.25, -2.5)],
  ['turn', rotation(0.6, [10, 8])],
  ['enlarged and turned', composeAffine(rotation(-1.1, [9, 9]), scaling(2.3), translation(-12, 4))],
  ['shrunk', scaling(0.4)],
  ['mirrored', [-1, 0, 19, 0, 1, 0]],
  ['far outside', translation(500, 500)],
  ['quarter turn', rotation(Math.PI / 2, [9.5, 7.5])],
];

describe.each(maps)('%s', (_name, map) => {
  test.each<[string, Fill]>([
    ['reflect', 'reflect'],
    ['edge', 'edge'],
    ['colour', [10, 200, 30, 40]],
  ])('%s agrees with the definition', (_fill, fill) => {
    const image = noise(20, 16);
    const expected = reference(image, map, 24, 18, fill);
    expect(worst(warpAffine(image, map, 24, 18, { fill }).data, expected)).toBeLessThanOrEqual(0.5001);
    const float = warpAffineFloat(image, map, 24, 18, { fill });
    const rgb = expected.filter((_, i) => i % 4 !== 3);
    expect(worst(float.data, rgb)).toBeLessThan(1e-3);
  });
});

test('the transform goes from source to target', () => {
  const image = createImage(8, 8, [0, 0, 0]);
  image.data.set([255, 255, 255, 255], (2 * 8 + 3) * 4);
  expect(pixel(warpAffine(image, translation(2, 1), 8, 8), 5, 3)).toEqual([255, 255, 255, 255]);
});

test('a smooth picture survives a turn there and back', () => {
  const image = ramp(40, 30);
  const map = rotation(0.2, [20, 15]);
  const back = warpAffine(warpAffine(image, map, 40, 30, { fill: 'edge' }), invertAffine(map), 40, 30, { fill: 'edge' });
  for (const [x, y] of [
    [15, 12],
    [20, 15],
    [25, 18],
  ] as const)
    expect(worst(pixel(back, x, y), pixel(image, x, y))).toBeLessThanOrEqual(1);
});

test('pictures of one pixel, and out pictures', () => {
  const one = createImage(1, 1, [9, 8, 7]);
  for (const fill of ['edge', 'reflect'] as const)
    expect(pixel(warpAffine(one, rotation(1), 3, 3, { fill }), 2, 2)).toEqual([9, 8, 7, 255]);
  const out = createImage(5, 5);
  expect(warpAffine(ramp(9, 9), IDENTITY, 5, 5, { out })).toBe(out);
  expect(() => warpAffine(ramp(9, 9), IDENTITY, 6, 5, { out })).toThrow(VerilensError);
  expect(() => warpAffine(out, translation(1, 0), 5, 5, { out })).toThrow(VerilensError);
  expect(() => warpAffine(out, [0, 0, 0, 0, 0, 0], 5, 5)).toThrow(VerilensError);
  expect(() => warpAffine({ data: new Uint8Array(3), width: 1, height: 1 }, IDENTITY, 5, 5)).toThrow(VerilensError);
});
