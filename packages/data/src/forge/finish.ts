import { normalQuantile } from '../exact-math.ts';
import type { Random } from '../random.ts';
import { jpegInPlace } from './jpeg.ts';
import type { ForgeParameters } from './parameters.ts';
import { reduceArea, type Work } from './pixels.ts';

/** What every finished clip goes through, real or forged: drawn once per clip. */
export interface Finish {
  readonly noise: number;
  readonly quality: number;
}

export function drawFinish(random: Random, { noise, jpegQuality }: ForgeParameters): Finish {
  return { noise: random.uniform(...noise), quality: random.integer(jpegQuality[0], jpegQuality[1] + 1) };
}

/** Area-reduces a work picture into [size, size, 3] bytes at `out`, adds sensor noise, rounds, and compresses as JPEG. */
export function finishFrame(work: Work, size: number, finish: Finish, random: Random, out: Uint8Array): void {
  const pixels =
    work.width === size && work.height === size
      ? work.data
      : work.width === 2 * size && work.height === 2 * size
        ? halve(work.data, 3, size)
        : reduceArea(work.data, work.width, work.height, size, size);
  if (finish.noise > 0) addNoise(pixels, finish.noise, random, out);
  else for (let i = 0; i < out.length; i++) out[i] = byte(pixels[i]!);
  jpegInPlace(out, size, size, finish.quality);
}

/**
 * Means of 2x2 pixels: RGB, or RGBA without its last channel, to [size, size, 3].
 * @param out written to and returned, so that a loop over frames makes no garbage
 */
export function halve(
  data: ArrayLike<number>,
  channels: 3 | 4,
  size: number,
  out: Float32Array = new Float32Array(size * size * 3),
): Float32Array {
  const line = 2 * size * channels;
  const step = 2 * channels;
  for (let y = 0, to = 0; y < size; y++) {
    let a = 2 * y * line;
    let b = a + channels;
    let c = a + line;
    let d = b + line;
    for (let x = 0; x < size; x++, a += step, b += step, c += step, d += step, to += 3) {
      out[to] = (data[a]! + data[b]! + data[c]! + data[d]!) / 4;
      out[to + 1] = (data[a + 1]! + data[b + 1]! + data[c + 1]! + data[d + 1]!) / 4;
      out[to + 2] = (data[a + 2]! + data[b + 2]! + data[c + 2]! + data[d + 2]!) / 4;
    }
  }
  return out;
}

/** Rounded pixels with normal noise, two samples of one draw. */
function addNoise(pixels: Float32Array, deviation: number, random: Random, out: Uint8Array): void {
  const law = normals();
  for (let i = 0; i < out.length; i += 2) {
    const bits = random.bits();
    out[i] = byte(pixels[i]! + deviation * law[bits & 0xffff]!);
    out[i + 1] = byte(pixels[i + 1]! + deviation * law[bits >>> 16]!);
  }
}

function byte(value: number): number {
  return value < 0 ? 0 : value > 255 ? 255 : (value + 0.5) | 0;
}

let table: Float32Array | undefined;

/** The normal law at 65,536 equally likely points: one lookup instead of one quantile per sample. */
function normals(): Float32Array {
  table ??= Float32Array.from({ length: 65536 }, (_, i) => normalQuantile((i + 0.5) / 65536));
  return table;
}
