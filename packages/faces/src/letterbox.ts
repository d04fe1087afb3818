import type { Image } from '@verilens/core';
import type { Placement } from './decode.ts';

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
 * @returns [size, size, 3] RGB, -1..1, and the way back to the picture's pixels (edges of the first pixel at 0)
 */
export function letterbox(image: Image, size: number, area: Area): { pixels: Float32Array; placement: Placement } {
  const scale = Math.min(size / area.width, size / area.height);
  const width = Math.max(1, Math.round(area.width * scale));
  const height = Math.max(1, Math.round(area.height * scale));
  const left = (size - width) >> 1;
  const top = (size - height) >> 1;
  const columns = weights(area.width, width);
  const rows = weights(area.height, height);
  const pixels = new Float32Array(size * size * 3).fill(-1);
  const line = new Float32Array(area.width * 3);
  const { data } = image;
  for (let y = 0; y < height; y++) {
    line.fill(0);
    for (let i = rows.first[y]!, k = rows.start[y]!; k < rows.start[y + 1]!; i++, k++) {
      const weight = rows.weight[k]!;
      let from = ((area.y + i) * image.width + area.x) * 4;
      for (let x = 0; x < line.length; x += 3, from += 4) {
        line[x]! += weight * data[from]!;
        line[x + 1]! += weight * data[from + 1]!;
        line[x + 2]! += weight * data[from + 2]!;
      }
    }
    let to = ((top + y) * size + left) * 3;
    for (let x = 0; x < width; x++, to += 3) {
      let r = 0;
      let g = 0;
      let b = 0;
      let from = columns.first[x]! * 3;
      for (let k = columns.start[x]!; k < columns.start[x + 1]!; k++, from += 3) {
        const weight = columns.weight[k]!;
        r += weight * line[from]!;
        g += weight * line[from + 1]!;
        b += weight * line[from + 2]!;
      }
      pixels[to] = r / 127.5 - 1;
      pixels[to + 1] = g / 127.5 - 1;
      pixels[to + 2] = b / 127.5 - 1;
    }
  }
  return { pixels, placement: { scale, offsetX: left - area.x * scale, offsetY: top - area.y * scale } };
}

interface Weights {
  /** First input per output. */
  readonly first: Int32Array;
  /** Where an output's weights begin; one more entry than outputs. */
  readonly start: Int32Array;
  readonly weight: Float32Array;
}

const remembered = new Map<string, Weights>();

/** Videos ask for the same sizes thousands of times. */
function weights(from: number, to: number): Weights {
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
function triangle(from: number, to: number): Weights {
  const step = from / to;
  const reach = Math.max(1, step);
  const first = new Int32Array(to);
  const start = new Int32Array(to + 1);
  const weight: number[] = [];
  for (let i = 0; i < to; i++) {
    const centre = (i + 0.5) * step;
    const low = Math.max(0, Math.floor(centre - reach));
    const high = Math.min(from - 1, Math.ceil(centre + reach));
    const row: number[] = [];
    let total = 0;
    for (let j = low; j <= high; j++) {
      const w = Math.max(0, 1 - Math.abs(j + 0.5 - centre) / reach);
      row.push(w);
      total += w;
    }
    first[i] = low;
    start[i] = weight.length;
    for (const w of row) weight.push(w / total);
  }
  start[to] = weight.length;
  return { first, start, weight: Float32Array.from(weight) };
}
