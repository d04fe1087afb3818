import { describe, expect, it } from 'vitest';
import { bytesOf, imagesOf, nearestPictures, pickPlanes, planesOf } from '@verilens/generative';
import { squares } from './tiny.ts';

describe('pictures', () => {
  const pictures = squares(5);
  const planes = planesOf(pictures, 8);

  it('go to planes and back to the same bytes', () => {
    expect(bytesOf(planes).pixels).toEqual(pictures.pixels);
    expect(imagesOf(planes)[3]!.data[(2 * 8 + 1) * 4]).toBe(pictures.pixels[(3 * 64 + 2 * 8 + 1) * 3]);
  });

  it('of grey become three equal channels', () => {
    const grey = planesOf({ width: 8, height: 8, channels: 1, pixels: new Uint8Array(64).map((_, i) => i) }, 8);
    expect(grey.data.slice(0, 64)).toEqual(grey.data.slice(128));
  });

  it('find their nearest neighbour, mirrored ones too', () => {
    const one = pickPlanes(planes, [3]);
    expect(nearestPictures(one, planes)[0]).toEqual({ index: 3, distance: 0 });
    const mirrored = { ...one, data: one.data.slice() };
    for (let row = 0; row < 192; row += 8) mirrored.data.subarray(row, row + 8).reverse();
    expect(nearestPictures(mirrored, planes)[0]).toEqual({ index: 3, distance: 0 });
  });

  it('refuse another size', () => {
    expect(() => planesOf(pictures, 16)).toThrow(/another size/);
  });
});
