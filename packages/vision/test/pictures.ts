import type { Image } from '@verilens/core';

/** A picture that is a smooth function of place: bilinear interpolation of it is exact to rounding. */
export function ramp(width: number, height: number): Image {
  const data = new Uint8ClampedArray(width * height * 4);
  for (let y = 0, p = 0; y < height; y++) for (let x = 0; x < width; x++, p += 4) data.set([2 * x + y, x + 3 * y, 255 - x - y, 255], p);
  return { data, width, height };
}

export function noise(width: number, height: number, seed: number = 1): Image {
  let state = seed;
  return {
    data: Uint8ClampedArray.from({ length: width * height * 4 }, () => (state = (state * 1103515245 + 12345) & 0x7fffffff) >> 23),
    width,
    height,
  };
}

export function pixel(image: { data: ArrayLike<number>; width: number }, x: number, y: number): number[] {
  return [0, 1, 2, 3].map((k) => image.data[(y * image.width + x) * 4 + k]!);
}

export function worst(a: ArrayLike<number>, b: ArrayLike<number>): number {
  if (a.length !== b.length) return Infinity;
  let most = 0;
  for (let i = 0; i < a.length; i++) most = Math.max(most, Math.abs(a[i]! - b[i]!));
  return most;
}
