import type { Image } from '@verilens/core';

/** The point baseline + share * (picture - baseline), as [3, H, W], RGB 0..1. */
export function pathPoint(image: Image, baseline: Image, share: number, into: Float32Array): void {
  const pixels = image.width * image.height;
  for (let channel = 0; channel < 3; channel++) {
    for (let pixel = 0, p = channel; pixel < pixels; pixel++, p += 4) {
      const from = baseline.data[p]!;
      into[channel * pixels + pixel] = (from + share * (image.data[p]! - from)) / 255;
    }
  }
}

/** Picture - baseline, as [3, H, W], RGB -1..1. */
export function pixelDifference(image: Image, baseline: Image): Float32Array {
  const pixels = image.width * image.height;
  const difference = new Float32Array(3 * pixels);
  for (let channel = 0; channel < 3; channel++) {
    for (let pixel = 0, p = channel; pixel < pixels; pixel++, p += 4)
      difference[channel * pixels + pixel] = (image.data[p]! - baseline.data[p]!) / 255;
  }
  return difference;
}

/** a * b, [3, H, W] each, summed over the colours: one value a pixel. */
export function summedOverColours(a: ArrayLike<number>, b: ArrayLike<number>): Float64Array {
  const pixels = a.length / 3;
  const sums = new Float64Array(pixels);
  for (let k = 0; k < a.length; k++) sums[k % pixels]! += a[k]! * b[k]!;
  return sums;
}
