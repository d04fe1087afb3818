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
        ? halve(work, size)
        : reduceArea(work.data, work.width, work.height, size, size);
  const table = finish.noise > 0 ? normals() : undefined;
  for (let i = 0; i < out.length; i += 2) {
    let first = pixels[i]!;
    let second = pixels[i + 1]!;
    if (table !== undefined) {
      const bits = random.bits();
      first += finish.noise * table[bits & 0xffff]!;
      second += finish.noise * table[bits >>> 16]!;
    }
    out[i] = first < 0 ? 0 : first > 255 ? 255 : Math.round(first);
    out[i + 1] = second < 0 ? 0 : second > 255 ? 255 : Math.round(second);
  }
  jpegInPlace(out, size, size, finish.quality);
}

function halve({ data, width }: Work, size: number): Float32Array {
  const out = new Float32Array(size * size * 3);
  const line = width * 3;
  for (let y = 0; y < size; y++) {
    let from = 2 * y * line;
    let to = y * size * 3;
    for (let x = 0; x < size; x++, from += 6) {
      for (let c = 0; c < 3; c++)
        out[to++] = (data[from + c]! + data[from + 3 + c]! + data[from + line + c]! + data[from + line + 3 + c]!) / 4;
    }
  }
  return out;
}

let table: Float32Array | undefined;

/** The normal law at 65,536 equally likely points: one lookup instead of one quantile per sample. */
function normals(): Float32Array {
  table ??= Float32Array.from({ length: 65536 }, (_, i) => normalQuantile((i + 0.5) / 65536));
  return table;
}
