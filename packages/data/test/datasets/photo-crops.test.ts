import { photoCrops } from '@verilens/data';
import type { Image } from '@verilens/core';
import { describe, expect, it } from 'vitest';

/** A picture whose red is its column, green a pattern, blue its row. */
function photo(width: number, height: number): Image {
  const data = new Uint8ClampedArray(width * height * 4);
  for (let y = 0; y < height; y++) for (let x = 0; x < width; x++) data.set([x, ((x ^ y) & 1) * 200, y, 255], (y * width + x) * 4);
  return { data, width, height };
}
const photos = [
  { name: 'a', image: photo(100, 80) },
  { name: 'b', image: photo(64, 64) },
];

describe('photoCrops', () => {
  it('cuts the pixels of the file when nothing is reduced', () => {
    const { pixels, labels, classes } = photoCrops(photos, { size: 16, count: 10, seed: 1, reduce: [1, 1] });
    expect(classes).toEqual(['a', 'b']);
    expect([...labels]).toEqual([0, 1, 0, 1, 0, 1, 0, 1, 0, 1]);
    for (let i = 0; i < 10; i++) {
      const [x, y] = [pixels[i * 768]!, pixels[i * 768 + 2]!];
      const last = (i * 256 + 255) * 3;
      expect([pixels[last], pixels[last + 2]]).toEqual([x + 15, y + 15]);
      expect(pixels[last + 1]).toBe(((x ^ y) & 1) * 200);
    }
  });

  it('depends on the seed, and gives the same first crops when more are asked for', () => {
    const of = (count: number, seed: number): Uint8Array => photoCrops(photos, { size: 16, count, seed }).pixels;
    expect(of(6, 1)).toEqual(of(6, 1));
    expect(of(6, 1)).not.toEqual(of(6, 2));
    expect(of(12, 1).slice(0, 6 * 768)).toEqual(of(6, 1));
  });

  it('averages areas: a fine pattern reduced by 2 or more is gone', () => {
    const { pixels } = photoCrops(photos.slice(0, 1), { size: 16, count: 4, seed: 1, reduce: [2, 2], leastContrast: 0 });
    for (let i = 1; i < pixels.length; i += 3) expect(pixels[i]).toBe(100);
  });

  it('says what is missing', () => {
    expect(() => photoCrops([], { size: 16, count: 1, seed: 0 })).toThrow(/no photograph/);
    expect(() => photoCrops(photos, { size: 65, count: 1, seed: 0 })).toThrow(/smaller than a crop/);
  });
});
