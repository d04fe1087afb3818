import type { Image } from '@verilens/core';
import type { Placement } from './decode.ts';
import { simdShrinker } from './letterbox-simd.ts';

/** A rectangle of whole pixels of a picture. */
export interface Area {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

/**
 * Lays an area of a picture into a square, longest side filling it, centred, the rest zero (black before scaling);
 * area-averaged when it shrinks, bilinear when it grows.
 *
 * @param fast by WebAssembly SIMD where there is any
 * @returns [size, size, 3] RGB, -1..1, and the way back to the picture's pixels (edges of the first pixel at 0)
 */
export function letterbox(image: Image, size: number, area: Area, fast: boolean = true): { pixels: Float32Array; placement: Placement } {
  const scale = Math.min(size / area.width, size / area.height);
  const width = Math.max(1, Math.round(area.width * scale));
  const height = Math.max(1, Math.round(area.height * scale));
  const left = (size - width) >> 1;
  const top = (size - height) >> 1;
  const pixels = new Float32Array(size * size * 3).fill(-1);
  const line = (y: number, values: Float32Array): void => pixels.set(values, ((top + y) * size + left) * 3);
  const columns = tapsFor(area.width, width);
  const rows = tapsFor(area.height, height);
  const simd = fast ? simdShrinker() : undefined;
  if (simd === undefined) shrink(image, area, columns, rows, line);
  else simd.shrink(image, area, columns, rows, line);
  return { pixels, placement: { scale, offsetX: left - area.x * scale, offsetY: top - area.y * scale } };
}

/** What `SimdShrinker.shrink` does, in plain JavaScript. */
function shrink({ data, width }: Image, area: Area, columns: Taps, rows: Taps, line: (y: number, values: Float32Array) => void): void {
  const sums = new Float32Array(area.width * 3);
  const values = new Float32Array(columns.count * 3);
  for (let y = 0; y < rows.count; y++) {
    sums.fill(0);
    for (let k = 0; k < rows.taps; k++) {
      const weight = rows.weights[y * rows.taps + k]!;
      let from = ((area.y + rows.first[y]! + k) * width + area.x) * 4;
      for (let x = 0; x < sums.length; x += 3, from += 4) {
        sums[x]! += weight * data[from]!;
        sums[x + 1]! += weight * data[from + 1]!;
        sums[x + 2]! += weight * data[from + 2]!;
      }
    }
    for (let x = 0, k = 0; x < columns.count; x++) {
      let r = 0;
      let g = 0;
      let b = 0;
      for (let from = columns.first[x]! * 3, end = from + columns.taps * 3; from < end; from += 3, k++) {
        const weight = columns.weights[k]!;
        r += weight * sums[from]!;
        g += weight * sums[from + 1]!;
        b += weight * sums[from + 2]!;
      }
      values[x * 3] = r / 127.5 - 1;
      values[x * 3 + 1] = g / 127.5 - 1;
      values[x * 3 + 2] = b / 127.5 - 1;
    }
    line(y, values);
  }
}

/** Which inputs each output is a weighted sum of: as many for every output, so that some weights are zero. */
export interface Taps {
  readonly count: number;
  readonly taps: number;
  /** First input per output; all inputs lie inside. */
  readonly first: Int32Array;
  /** [count * taps], each output's sum to one. */
  readonly weights: Float32Array;
}

const remembered = new Map<string, Taps>();

/** Videos ask for the same sizes thousands of times. */
function tapsFor(from: number, to: number): Taps {
  const key = `${from} ${to}`;
  let found = remembered.get(key);
  if (found === undefined) {
    if (remembered.size >= 16) remembered.clear();
    found = triangle(from, to);
    remembered.set(key, found);
  }
  return found;
}

/** A triangle filter as wide as one output pixel, never narrower than one input pixel. */
function triangle(from: number, to: number): Taps {
  const step = from / to;
  const reach = Math.max(1, step);
  const taps = Math.min(from, Math.ceil(2 * reach) + 1);
  const first = new Int32Array(to);
  const weights = new Float32Array(to * taps);
  for (let i = 0; i < to; i++) {
    const centre = (i + 0.5) * step;
    first[i] = Math.max(0, Math.min(from - taps, Math.ceil(centre - reach - 0.5)));
    const row = Array.from({ length: taps }, (_, k) => Math.max(0, 1 - Math.abs(first[i]! + k + 0.5 - centre) / reach));
    const total = row.reduce((sum, weight) => sum + weight, 0);
    row.forEach((weight, k) => (weights[i * taps + k] = weight / total));
  }
  return { count: to, taps, first, weights };
}
