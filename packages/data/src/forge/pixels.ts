import type { Affine, Image } from '@verilens/core';
import { composeAffine, translation, warpAffineFloat } from '@verilens/vision';
import type { SoftMask } from './mask.ts';

/** Interleaved RGB, 0..255, unrounded. */
export interface Work {
  readonly data: Float32Array;
  readonly width: number;
  readonly height: number;
}

/** The part of a warped picture under a mask: one interpolation from the source, nothing outside computed. */
export function warpUnder(mask: SoftMask, image: Image, transform: Affine): Float32Array {
  if (mask.width === 0 || mask.height === 0) return new Float32Array(0);
  return warpAffineFloat(image, composeAffine(transform, translation(-mask.x, -mask.y)), mask.width, mask.height, { fill: 'reflect' }).data;
}

/** target + mask * (over - target), in place. */
export function blendUnder(target: Work, mask: SoftMask, over: Float32Array): void {
  for (let y = 0; y < mask.height; y++) {
    let to = ((mask.y + y) * target.width + mask.x) * 3;
    let from = y * mask.width * 3;
    for (let x = 0; x < mask.width; x++, to += 3, from += 3) {
      const weight = mask.weights[y * mask.width + x]!;
      if (weight === 0) continue;
      for (let c = 0; c < 3; c++) target.data[to + c]! += weight * (over[from + c]! - target.data[to + c]!);
    }
  }
}

/** The pixels of a work area under a mask's rectangle. */
export function cutUnder(work: Work, mask: SoftMask): Float32Array {
  const out = new Float32Array(mask.width * mask.height * 3);
  for (let y = 0; y < mask.height; y++) {
    const from = ((mask.y + y) * work.width + mask.x) * 3;
    out.set(work.data.subarray(from, from + mask.width * 3), y * mask.width * 3);
  }
  return out;
}

/** v -> v * gain + offset per channel. */
export interface ColourMap {
  readonly gain: readonly [number, number, number];
  readonly offset: readonly [number, number, number];
}

/**
 * Colours of `from` towards the mean and spread of `to`, both weighted by the mask.
 *
 * @param amount 0 leaves them, 1 takes mean and spread over (the spread at most halved or doubled)
 */
export function matchColours(from: Float32Array, to: Float32Array, mask: SoftMask, amount: number): ColourMap {
  const a = moments(from, mask.weights);
  const b = moments(to, mask.weights);
  const gain = [0, 1, 2].map((c) => 1 - amount + amount * Math.max(0.5, Math.min(2, (b.spread[c]! + 1e-3) / (a.spread[c]! + 1e-3))));
  const offset = [0, 1, 2].map((c) => a.mean[c]! * (1 - amount) + b.mean[c]! * amount - a.mean[c]! * gain[c]!);
  return { gain: gain as unknown as ColourMap['gain'], offset: offset as unknown as ColourMap['offset'] };
}

/** In place; `extra` multiplies everything afterwards. */
export function mapColours(pixels: Float32Array, { gain, offset }: ColourMap, extra: number): void {
  for (let i = 0; i < pixels.length; i += 3) {
    for (let c = 0; c < 3; c++) pixels[i + c] = (pixels[i + c]! * gain[c]! + offset[c]!) * extra;
  }
}

function moments(pixels: Float32Array, weights: Float32Array): { mean: number[]; spread: number[] } {
  const sum = [0, 0, 0];
  const square = [0, 0, 0];
  let total = 1e-6;
  for (let i = 0; i < weights.length; i++) {
    const weight = weights[i]!;
    if (weight === 0) continue;
    total += weight;
    for (let c = 0; c < 3; c++) {
      const value = pixels[i * 3 + c]!;
      sum[c]! += weight * value;
      square[c]! += weight * value * value;
    }
  }
  const mean = sum.map((s) => s / total);
  return { mean, spread: square.map((s, c) => Math.sqrt(Math.max(0, s / total - mean[c]! * mean[c]!))) };
}

/** Area-averaged to `width` x `height` (each at most the source's). */
export function reduceArea(source: Float32Array, fromWidth: number, fromHeight: number, width: number, height: number): Float32Array {
  const half = new Float32Array(width * fromHeight * 3);
  average(source, half, fromHeight, fromWidth, width, 3, fromWidth * 3, width * 3);
  const out = new Float32Array(width * height * 3);
  average(half, out, width, fromHeight, height, width * 3, 3, 3);
  return out;
}

/** Averages along one axis: `lines` lines of `from` samples become `to` samples; strides in floats, three channels. */
function average(
  source: Float32Array,
  out: Float32Array,
  lines: number,
  from: number,
  to: number,
  step: number,
  sourceLine: number,
  outLine: number,
): void {
  const ratio = from / to;
  for (let i = 0; i < to; i++) {
    const low = i * ratio;
    const high = (i + 1) * ratio;
    for (let j = Math.floor(low); j < Math.min(from, Math.ceil(high - 1e-9)); j++) {
      const weight = (Math.min(high, j + 1) - Math.max(low, j)) / ratio;
      for (let line = 0; line < lines; line++) {
        const a = line * sourceLine + j * step;
        const b = line * outLine + i * step;
        out[b]! += weight * source[a]!;
        out[b + 1]! += weight * source[a + 1]!;
        out[b + 2]! += weight * source[a + 2]!;
      }
    }
  }
}

/** Bilinear, edges on edges, border repeated. */
export function enlarge(source: Float32Array, fromWidth: number, fromHeight: number, width: number, height: number): Float32Array {
  const out = new Float32Array(width * height * 3);
  for (let y = 0; y < height; y++) {
    const sy = Math.max(0, Math.min(fromHeight - 1, ((y + 0.5) * fromHeight) / height - 0.5));
    const y0 = Math.floor(sy);
    const y1 = Math.min(fromHeight - 1, y0 + 1);
    const fy = sy - y0;
    for (let x = 0; x < width; x++) {
      const sx = Math.max(0, Math.min(fromWidth - 1, ((x + 0.5) * fromWidth) / width - 0.5));
      const x0 = Math.floor(sx);
      const x1 = Math.min(fromWidth - 1, x0 + 1);
      const fx = sx - x0;
      for (let c = 0; c < 3; c++) {
        const top = source[(y0 * fromWidth + x0) * 3 + c]! * (1 - fx) + source[(y0 * fromWidth + x1) * 3 + c]! * fx;
        const bottom = source[(y1 * fromWidth + x0) * 3 + c]! * (1 - fx) + source[(y1 * fromWidth + x1) * 3 + c]! * fx;
        out[(y * width + x) * 3 + c] = top * (1 - fy) + bottom * fy;
      }
    }
  }
  return out;
}
