import type { Image } from '@verilens/core';
import { jpegRoundTrip } from '@verilens/media';
import { describe, expect, it } from 'vitest';
import { createRandom, jpegInPlace } from '../../src/index.ts';

function picture(width: number, height: number): Uint8Array {
  const random = createRandom(3);
  const rgb = new Uint8Array(width * height * 3);
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const base = [
        120 + 60 * Math.sin(x / 7) + 30 * Math.cos(y / 5),
        100 + 50 * Math.sin((x + y) / 9),
        90 + 40 * Math.cos(x / 11 - y / 6),
      ];
      for (let c = 0; c < 3; c++) rgb[(y * width + x) * 3 + c] = Math.max(0, Math.min(255, base[c]! + random.normal(0, 6)));
    }
  }
  return rgb;
}

const rgba = (rgb: Uint8Array, width: number, height: number): Image => {
  const data = new Uint8ClampedArray(width * height * 4).fill(255);
  for (let i = 0; i < width * height; i++) data.set(rgb.subarray(i * 3, i * 3 + 3), i * 4);
  return { data, width, height };
};

describe('jpegInPlace', () => {
  // Below quality 90, where the encoder compared with keeps colour at half resolution too.
  it.each([
    [64, 64, 55],
    [64, 64, 75],
    [64, 64, 88],
    [50, 37, 80],
  ])('does what libjpeg does to %i x %i at quality %i', async (width, height, quality) => {
    const rgb = picture(width, height);
    const before = rgb.slice();
    const theirs = await jpegRoundTrip(rgba(rgb, width, height), quality);
    jpegInPlace(rgb, width, height, quality);
    let error = 0;
    let change = 0;
    for (let i = 0; i < width * height; i++) {
      for (let c = 0; c < 3; c++) {
        error += Math.abs(rgb[i * 3 + c]! - theirs.data[i * 4 + c]!);
        change += Math.abs(rgb[i * 3 + c]! - before[i * 3 + c]!);
      }
    }
    // A DCT rounded elsewhere in the last bit now and then quantises a coefficient the other way.
    expect(error / rgb.length).toBeLessThan(0.6);
    expect(change).toBeGreaterThan(3 * error);
  });

  it('keeps flat areas and refuses nonsense', () => {
    const flat = new Uint8Array(16 * 16 * 3).fill(128);
    jpegInPlace(flat, 16, 16, 60);
    expect(new Set(flat)).toEqual(new Set([128]));
    expect(() => jpegInPlace(flat, 16, 16, 0)).toThrow(/quality/);
    expect(() => jpegInPlace(flat, 16, 15, 50)).toThrow(/RGB/);
  });
});
