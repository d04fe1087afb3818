import type { Image } from '@verilens/core';

/** Cells of a signature along each side. */
const side = 16;

/** Mean luminance of each cell of a 16 x 16 grid, 0..255. */
export function signature(image: Image): Float32Array {
  const sums = new Float32Array(side * side);
  const counts = new Uint32Array(side * side);
  for (let y = 0; y < image.height; y++) {
    const row = Math.floor((y * side) / image.height) * side;
    for (let x = 0; x < image.width; x++) {
      const cell = row + Math.floor((x * side) / image.width);
      const i = (y * image.width + x) * 4;
      sums[cell]! += 0.2126 * image.data[i]! + 0.7152 * image.data[i + 1]! + 0.0722 * image.data[i + 2]!;
      counts[cell]!++;
    }
  }
  return sums.map((sum, cell) => sum / Math.max(1, counts[cell]!));
}

/** Root mean square difference of two signatures, in grey levels. Stops early once it is above `enough`. */
export function distance(a: Float32Array, b: Float32Array, enough = Infinity): number {
  const limit = enough * enough * a.length;
  let sum = 0;
  for (let i = 0; i < a.length; i++) {
    sum += (a[i]! - b[i]!) ** 2;
    if ((i & 31) === 31 && sum > limit) return Infinity;
  }
  return Math.sqrt(sum / a.length);
}
