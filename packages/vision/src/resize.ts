import type { Image } from '@verilens/core';
import { checkImage, checkSize, outputImage } from './image.ts';

// Corner convention of all three: edges lie on edges (half-pixel centres, "align_corners = false"):
// target pixel i covers source i*s .. (i+1)*s with s = source / target, its centre is (i + 0.5) * s - 0.5.

/** Exact area average: each target pixel is the mean of the source area it covers, fractions of pixels included. For shrinking. */
export function resizeArea(image: Image, width: number, height: number, out?: Image): Image {
  const place = 'vision.resizeArea';
  checkImage(image, place);
  checkSize(width, height, place);
  const target = outputImage(out, width, height, place);
  const columns = areaTaps(image.width, width);
  const rows = areaTaps(image.height, height);
  const source = image.data;
  const line = new Float32Array(width * 4);
  const sum = new Float32Array(width * 4);
  let cached = -1;
  for (let y = 0; y < height; y++) {
    sum.fill(0);
    const last = rows.first[y]! + rows.count[y]!;
    for (let sy = rows.first[y]!, t = rows.offset[y]!; sy < last; sy++, t++) {
      if (sy !== cached) {
        shrinkRow(source, sy * image.width * 4, columns, line, width);
        cached = sy;
      }
      const weight = rows.weights[t]!;
      for (let i = 0; i < sum.length; i++) sum[i]! += line[i]! * weight;
    }
    const o = y * width * 4;
    for (let i = 0; i < sum.length; i++) target.data[o + i] = (sum[i]! + 0.5) | 0;
  }
  return target;
}

interface Taps {
  readonly first: Int32Array;
  readonly count: Int32Array;
  readonly offset: Int32Array;
  readonly weights: Float32Array;
}

function areaTaps(source: number, target: number): Taps {
  const scale = source / target;
  const first = new Int32Array(target);
  const count = new Int32Array(target);
  const offset = new Int32Array(target);
  const weights: number[] = [];
  for (let i = 0; i < target; i++) {
    const low = i * scale;
    const high = Math.min(source, (i + 1) * scale);
    const from = Math.min(source - 1, Math.floor(low));
    const to = Math.min(source, Math.max(from + 1, Math.ceil(high - 1e-9)));
    first[i] = from;
    count[i] = to - from;
    offset[i] = weights.length;
    for (let s = from; s < to; s++) weights.push((Math.min(high, s + 1) - Math.max(low, s)) / (high - low));
  }
  return { first, count, offset, weights: Float32Array.from(weights) };
}

function shrinkRow(source: Uint8ClampedArray | Uint8Array, row: number, taps: Taps, line: Float32Array, width: number): void {
  const { first, count, offset, weights } = taps;
  for (let x = 0, o = 0; x < width; x++, o += 4) {
    let p = row + first[x]! * 4;
    let r = 0;
    let g = 0;
    let b = 0;
    let a = 0;
    const end = offset[x]! + count[x]!;
    for (let t = offset[x]!; t < end; t++, p += 4) {
      const w = weights[t]!;
      r += source[p]! * w;
      g += source[p + 1]! * w;
      b += source[p + 2]! * w;
      a += source[p + 3]! * w;
    }
    line[o] = r;
    line[o + 1] = g;
    line[o + 2] = b;
    line[o + 3] = a;
  }
}

/** Bilinear, half-pixel centres, border pixels repeated. For enlarging and mild shrinking (it aliases beyond 2x; use `resizeArea`). */
export function resizeBilinear(image: Image, width: number, height: number, out?: Image): Image {
  const place = 'vision.resizeBilinear';
  checkImage(image, place);
  checkSize(width, height, place);
  const target = outputImage(out, width, height, place);
  const source = image.data;
  const xs = bilinearTaps(image.width, width);
  const ys = bilinearTaps(image.height, height);
  const stride = image.width * 4;
  let o = 0;
  for (let y = 0; y < height; y++) {
    const top = ys.low[y]! * stride;
    const bottom = ys.high[y]! * stride;
    const fy = ys.fraction[y]!;
    for (let x = 0; x < width; x++) {
      const left = xs.low[x]! * 4;
      const right = xs.high[x]! * 4;
      const fx = xs.fraction[x]!;
      for (let k = 0; k < 4; k++, o++) {
        const t = source[top + left + k]! * (1 - fx) + source[top + right + k]! * fx;
        const b = source[bottom + left + k]! * (1 - fx) + source[bottom + right + k]! * fx;
        target.data[o] = (t + (b - t) * fy + 0.5) | 0;
      }
    }
  }
  return target;
}

function bilinearTaps(source: number, target: number): { low: Int32Array; high: Int32Array; fraction: Float32Array } {
  const low = new Int32Array(target);
  const high = new Int32Array(target);
  const fraction = new Float32Array(target);
  for (let i = 0; i < target; i++) {
    const centre = Math.min(source - 1, Math.max(0, ((i + 0.5) * source) / target - 0.5));
    low[i] = Math.floor(centre);
    high[i] = Math.min(source - 1, low[i]! + 1);
    fraction[i] = centre - low[i]!;
  }
  return { low, high, fraction };
}

/** Nearest source pixel of each target centre: `floor((i + 0.5) * source / target)`. */
export function resizeNearest(image: Image, width: number, height: number, out?: Image): Image {
  const place = 'vision.resizeNearest';
  checkImage(image, place);
  checkSize(width, height, place);
  const target = outputImage(out, width, height, place);
  let o = 0;
  for (let y = 0; y < height; y++) {
    const row = Math.min(image.height - 1, Math.floor(((y + 0.5) * image.height) / height)) * image.width;
    for (let x = 0; x < width; x++, o += 4) {
      const p = (row + Math.min(image.width - 1, Math.floor(((x + 0.5) * image.width) / width))) * 4;
      for (let k = 0; k < 4; k++) target.data[o + k] = image.data[p + k]!;
    }
  }
  return target;
}
