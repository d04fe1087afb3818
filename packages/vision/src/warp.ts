import { VerilensError, type Affine, type Image } from '@verilens/core';
import { invertAffine } from './affine.ts';
import { checkImage, checkSize, outputImage, type Colour, type FloatImage } from './image.ts';

/**
 * What lies outside the source: `edge` repeats the border pixel, `reflect` mirrors about it without repeating it
 * (… c b a b c …), a colour is that colour (blended with the border over the last half pixel).
 */
export type Fill = 'reflect' | 'edge' | Colour;

export interface WarpOptions {
  /** Default `[0, 0, 0, 255]`. */
  readonly fill?: Fill;
  /** Written into and returned, so that a loop allocates nothing. Must have the target size. */
  readonly out?: Image;
}

export interface WarpFloatOptions {
  readonly fill?: Fill;
  /** length = width * height * 3 */
  readonly out?: Float32Array;
}

const BLACK: Colour = [0, 0, 0, 255];

/**
 * Bilinear warp in one interpolation. `transform` maps source pixel to target pixel (as in `FaceClip.transforms`);
 * whole coordinates are pixel centres. It does not average over areas: for strong shrinking, `resizeArea` first.
 * @throws VerilensError BAD_INPUT when the transform has no inverse or a size is wrong.
 */
export function warpAffine(image: Image, transform: Affine, width: number, height: number, options: WarpOptions = {}): Image {
  const place = 'vision.warpAffine';
  checkImage(image, place);
  checkSize(width, height, place);
  const out = outputImage(options.out, width, height, place);
  if (out.data === image.data)
    throw new VerilensError('BAD_INPUT', 'a warp cannot write into its own source', { place, remedy: 'Give another out picture.' });
  const inverse = invertAffine(transform);
  const source = image.data;
  const target = out.data;
  const stride = image.width * 4;
  const outside = outsideSampler(image, options.fill ?? BLACK);
  const [a, b, c, d, e, f] = inverse;
  for (let y = 0; y < height; y++) {
    const rowX = b * y + c;
    const rowY = e * y + f;
    const [from, to] = insideSpan(rowX, a, rowY, d, image.width, image.height, width);
    let o = y * width * 4;
    for (let x = 0; x < from; x++, o += 4) {
      outside(rowX + a * x, rowY + d * x);
      target[o] = (sample[0]! + 0.5) | 0;
      target[o + 1] = (sample[1]! + 0.5) | 0;
      target[o + 2] = (sample[2]! + 0.5) | 0;
      target[o + 3] = (sample[3]! + 0.5) | 0;
    }
    warpSpan(source, stride, target, o, from, to, rowX, a, rowY, d);
    o += (to - from) * 4;
    for (let x = to; x < width; x++, o += 4) {
      outside(rowX + a * x, rowY + d * x);
      target[o] = (sample[0]! + 0.5) | 0;
      target[o + 1] = (sample[1]! + 0.5) | 0;
      target[o + 2] = (sample[2]! + 0.5) | 0;
      target[o + 3] = (sample[3]! + 0.5) | 0;
    }
  }
  return out;
}

/** As `warpAffine`, unrounded: interleaved RGB 0..255 (alpha is left out). */
export function warpAffineFloat(
  image: Image,
  transform: Affine,
  width: number,
  height: number,
  options: WarpFloatOptions = {},
): FloatImage {
  const place = 'vision.warpAffineFloat';
  checkImage(image, place);
  checkSize(width, height, place);
  const target = options.out ?? new Float32Array(width * height * 3);
  if (target.length !== width * height * 3) {
    throw new VerilensError('BAD_INPUT', 'the out array has another size', {
      place,
      expected: `${width * height * 3} floats`,
      got: `${target.length}`,
    });
  }
  const source = image.data;
  const stride = image.width * 4;
  const outside = outsideSampler(image, options.fill ?? BLACK);
  const [a, b, c, d, e, f] = invertAffine(transform);
  for (let y = 0; y < height; y++) {
    const rowX = b * y + c;
    const rowY = e * y + f;
    const [from, to] = insideSpan(rowX, a, rowY, d, image.width, image.height, width);
    let o = y * width * 3;
    for (let x = 0; x < width; x++, o += 3) {
      if (x === from && to > from) {
        warpSpanFloat(source, stride, target, o, from, to, rowX, a, rowY, d);
        o += (to - from) * 3;
        x = to;
        if (x >= width) break;
      }
      outside(rowX + a * x, rowY + d * x);
      target[o] = sample[0]!;
      target[o + 1] = sample[1]!;
      target[o + 2] = sample[2]!;
    }
  }
  return { data: target, width, height };
}

function warpSpan(
  source: Uint8ClampedArray | Uint8Array,
  stride: number,
  target: Uint8ClampedArray | Uint8Array,
  start: number,
  from: number,
  to: number,
  rowX: number,
  a: number,
  rowY: number,
  d: number,
): void {
  let o = start;
  for (let x = from; x < to; x++) {
    const sx = rowX + a * x;
    const sy = rowY + d * x;
    const ix = sx | 0; // sx, sy >= 0 inside the span, so truncation is floor
    const iy = sy | 0;
    const fx = sx - ix;
    const fy = sy - iy;
    const w11 = fx * fy;
    const w10 = fy - w11;
    const w01 = fx - w11;
    const w00 = 1 - fx - w10;
    const p = iy * stride + ix * 4;
    const q = p + stride;
    target[o] = (source[p]! * w00 + source[p + 4]! * w01 + source[q]! * w10 + source[q + 4]! * w11 + 0.5) | 0;
    target[o + 1] = (source[p + 1]! * w00 + source[p + 5]! * w01 + source[q + 1]! * w10 + source[q + 5]! * w11 + 0.5) | 0;
    target[o + 2] = (source[p + 2]! * w00 + source[p + 6]! * w01 + source[q + 2]! * w10 + source[q + 6]! * w11 + 0.5) | 0;
    target[o + 3] = (source[p + 3]! * w00 + source[p + 7]! * w01 + source[q + 3]! * w10 + source[q + 7]! * w11 + 0.5) | 0;
    o += 4;
  }
}

function warpSpanFloat(
  source: Uint8ClampedArray | Uint8Array,
  stride: number,
  target: Float32Array,
  start: number,
  from: number,
  to: number,
  rowX: number,
  a: number,
  rowY: number,
  d: number,
): void {
  let o = start;
  for (let x = from; x < to; x++) {
    const sx = rowX + a * x;
    const sy = rowY + d * x;
    const ix = sx | 0;
    const iy = sy | 0;
    const fx = sx - ix;
    const fy = sy - iy;
    const w11 = fx * fy;
    const w10 = fy - w11;
    const w01 = fx - w11;
    const w00 = 1 - fx - w10;
    const p = iy * stride + ix * 4;
    const q = p + stride;
    target[o] = source[p]! * w00 + source[p + 4]! * w01 + source[q]! * w10 + source[q + 4]! * w11;
    target[o + 1] = source[p + 1]! * w00 + source[p + 5]! * w01 + source[q + 1]! * w10 + source[q + 5]! * w11;
    target[o + 2] = source[p + 2]! * w00 + source[p + 6]! * w01 + source[q + 2]! * w10 + source[q + 6]! * w11;
    o += 3;
  }
}

/** The run of target columns whose four source taps all exist: [from, to). */
function insideSpan(
  rowX: number,
  a: number,
  rowY: number,
  d: number,
  sourceWidth: number,
  sourceHeight: number,
  width: number,
): [number, number] {
  let low = 0;
  let high = width - 1;
  for (const [start, step, limit] of [
    [rowX, a, sourceWidth - 1],
    [rowY, d, sourceHeight - 1],
  ] as const) {
    // want 0 <= start + step * x < limit
    if (Math.abs(step) < 1e-12) {
      if (!(start >= 0 && start < limit)) return [0, 0];
    } else {
      const atZero = -start / step;
      const atLimit = (limit - start) / step;
      low = Math.max(low, Math.ceil(Math.min(atZero, atLimit)));
      high = Math.min(high, Math.floor(Math.max(atZero, atLimit)));
    }
  }
  // Rounding may have let in a column whose last tap is missing: shrink until both ends hold.
  const inside = (x: number): boolean => {
    const sx = rowX + a * x;
    const sy = rowY + d * x;
    return sx >= 0 && sy >= 0 && sx < sourceWidth - 1 && sy < sourceHeight - 1;
  };
  while (low <= high && !inside(low)) low++;
  while (high >= low && !inside(high)) high--;
  return low > high ? [0, 0] : [low, high + 1];
}

/** Where `outsideSampler` leaves its RGBA: one buffer for all calls, as everything here is synchronous. */
const sample: Float64Array = new Float64Array(4);

/** Samples anywhere, with the fill's rule beyond the border. */
function outsideSampler(image: Image, fill: Fill): (x: number, y: number) => void {
  const { data, width, height } = image;
  const constant = typeof fill === 'string' ? undefined : [fill[0], fill[1], fill[2], fill[3] ?? 255];
  const place = fill === 'reflect' ? reflect : clampTo;
  return (x, y) => {
    if (constant !== undefined && !(x > -1 && y > -1 && x < width && y < height)) {
      for (let k = 0; k < 4; k++) sample[k] = constant[k]!;
      return;
    }
    const ix = Math.floor(x);
    const iy = Math.floor(y);
    const fx = x - ix;
    const fy = y - iy;
    sample.fill(0);
    for (let tap = 0; tap < 4; tap++) {
      const tx = ix + (tap & 1);
      const ty = iy + (tap >> 1);
      const weight = ((tap & 1) === 1 ? fx : 1 - fx) * (tap >> 1 === 1 ? fy : 1 - fy);
      if (constant !== undefined && (tx < 0 || ty < 0 || tx >= width || ty >= height)) {
        for (let k = 0; k < 4; k++) sample[k]! += constant[k]! * weight;
      } else {
        const p = (place(ty, height) * width + place(tx, width)) * 4;
        for (let k = 0; k < 4; k++) sample[k]! += data[p + k]! * weight;
      }
    }
  };
}

function clampTo(i: number, size: number): number {
  return i < 0 ? 0 : i >= size ? size - 1 : i;
}

function reflect(i: number, size: number): number {
  if (size === 1) return 0;
  const period = 2 * (size - 1);
  const r = ((i % period) + period) % period;
  return r < size ? r : period - r;
}
