import type { Bag } from './dropout.ts';
import { patchSide, type StdtConfig } from './config.ts';

/**
 * What a patch shows of the pixels:
 * `rgb` the colours, (x - 0.5) * 4 of 0..1, three numbers a pixel;
 * `temporal` the size of the second temporal difference, |x(t+1) - 2 x(t) + x(t-1)|, where edge frames take their
 * neighbour's, three numbers a pixel: raw colours alone do not lead a small model to temporal traces;
 * `spatial` for each quarter of the patch its mean colour and, in two frequency bands, the logarithm of the size of the
 * luminance, each against the clip's own mean: how sharp, noisy or bright a camera is must not count;
 * `all` the three together (the controls of the evidence), `appearance` those that one frame can show.
 */
export type TraceKind = 'rgb' | 'temporal' | 'spatial' | 'appearance' | 'all';

type Part = 'rgb' | 'temporal' | 'spatial';

const PARTS: Readonly<Record<TraceKind, readonly Part[]>> = {
  rgb: ['rgb'],
  temporal: ['temporal'],
  spatial: ['spatial'],
  appearance: ['rgb', 'spatial'],
  all: ['rgb', 'temporal', 'spatial'],
};

/** One clip's pixels: RGB, 8 bits, [frames, size, size, 3]. */
export type ClipPixels = Uint8Array | Uint8ClampedArray;

/** Numbers in a patch. */
export function patchLength(config: StdtConfig): number {
  return PARTS[config.trace].reduce((length, part) => length + partLength(part, patchSide(config)), 0);
}

/** Quarters of a patch x (three colours and two bands). */
const SPATIAL_LENGTH = 4 * 5;

function partLength(part: Part, side: number): number {
  return part === 'spatial' ? SPATIAL_LENGTH : 3 * side * side;
}

/** Scale of the inputs: grey levels 0..255 to about unit size. */
const SCALE = { rgb: 4 / 255, temporal: 8 / 255 } as const;

/**
 * Writes the patches of a bag, [k * m, patchLength], channel by channel, row by row.
 *
 * @param hidden cells whose traces are written as zero, for occlusion maps
 * @param known bands of frames of this clip: pass one map for all bags of a clip and they are computed once
 */
export function writeBag(
  pixels: ClipPixels,
  config: StdtConfig,
  bag: Bag,
  out: Float32Array,
  offset: number,
  hidden?: ReadonlySet<number>,
  known: Map<number, Bands> = new Map(),
): void {
  const length = patchLength(config);
  const seen = PARTS[config.trace].includes('spatial') ? [...new Set(bag.frames)] : [];
  for (const frame of seen) if (!known.has(frame)) known.set(frame, bandsOf(pixels, config.faceSize, frame));
  const look: Look = { bands: known, ...levels(seen.map((frame) => known.get(frame)!)) };
  for (let i = 0; i < bag.cells.length; i++) {
    const at = offset + i * length;
    if (hidden?.has(bag.cells[i]!)) out.fill(0, at, at + length);
    else writePatch(pixels, config, bag.frames[i]!, bag.cells[i]!, look, out, at);
  }
}

function writePatch(
  pixels: ClipPixels,
  config: StdtConfig,
  frame: number,
  cell: number,
  look: Look,
  out: Float32Array,
  offset: number,
): void {
  const side = patchSide(config);
  const left = (cell % config.grid) * side;
  const top = Math.floor(cell / config.grid) * side;
  let at = offset;
  for (const part of PARTS[config.trace]) {
    if (part === 'rgb') writeColours(pixels, config.faceSize, frame, left, top, side, out, at);
    else if (part === 'temporal') writeTemporal(pixels, config, frame, left, top, side, out, at);
    else writeSpatial(look, pixels, config.faceSize, frame, left, top, side, out, at);
    at += partLength(part, side);
  }
}

function writeColours(
  pixels: ClipPixels,
  size: number,
  frame: number,
  left: number,
  top: number,
  side: number,
  out: Float32Array,
  at: number,
): void {
  for (let channel = 0; channel < 3; channel++) {
    for (let y = 0; y < side; y++) {
      let from = ((frame * size + top + y) * size + left) * 3 + channel;
      for (let x = 0; x < side; x++, from += 3) out[at++] = (pixels[from]! - 127.5) * SCALE.rgb;
    }
  }
}

function writeTemporal(
  pixels: ClipPixels,
  config: StdtConfig,
  frame: number,
  left: number,
  top: number,
  side: number,
  out: Float32Array,
  at: number,
): void {
  const size = config.faceSize;
  const middle = Math.min(Math.max(frame, 1), config.frames - 2);
  const step = size * size * 3;
  for (let channel = 0; channel < 3; channel++) {
    for (let y = 0; y < side; y++) {
      let from = ((middle * size + top + y) * size + left) * 3 + channel;
      for (let x = 0; x < side; x++, from += 3) {
        out[at++] = Math.abs(pixels[from + step]! - 2 * pixels[from]! + pixels[from - step]!) * SCALE.temporal;
      }
    }
  }
}

function writeSpatial(
  look: Look,
  pixels: ClipPixels,
  size: number,
  frame: number,
  left: number,
  top: number,
  side: number,
  out: Float32Array,
  at: number,
): void {
  const bands = look.bands.get(frame)!;
  const start = frame * size * size * 3;
  const half = side / 2;
  const count = half * half;
  for (let quarter = 0; quarter < 4; quarter++) {
    const x0 = left + (quarter % 2) * half;
    const y0 = top + Math.floor(quarter / 2) * half;
    let [red, green, blue, fine, coarse] = [0, 0, 0, 0, 0];
    for (let y = y0; y < y0 + half; y++) {
      for (let x = x0, place = y * size + x0; x < x0 + half; x++, place++) {
        const pixel = start + place * 3;
        red += pixels[pixel]!;
        green += pixels[pixel + 1]!;
        blue += pixels[pixel + 2]!;
        fine += bands.fine[place]!;
        coarse += bands.coarse[place]!;
      }
    }
    for (const [channel, colour] of [red, green, blue].entries()) out[at++] = (colour / count - look.colours[channel]!) * SCALE.rgb;
    out[at++] = Math.log((fine / count + FLOOR) / (look.fine + FLOOR));
    out[at++] = Math.log((coarse / count + FLOOR) / (look.coarse + FLOOR));
  }
}

/** Grey levels below which a band is silence: keeps the logarithm of flat places finite. */
const FLOOR = 0.25;

/** Size of the luminance in two frequency bands of one frame, [size, size], and the frame's mean colour. */
export interface Bands {
  /** |x - mean of 3x3| */
  readonly fine: Float32Array;
  /** |mean of 3x3 - mean of 7x7| */
  readonly coarse: Float32Array;
  readonly colours: readonly [red: number, green: number, blue: number];
}

/** What the spatial trace of a clip is measured against: its own means over the frames of the bag. */
interface Look {
  readonly bands: ReadonlyMap<number, Bands>;
  readonly fine: number;
  readonly coarse: number;
  readonly colours: readonly number[];
}

function levels(frames: readonly Bands[]): Omit<Look, 'bands'> {
  const mean = (values: ArrayLike<number>): number => {
    let sum = 0;
    for (let i = 0; i < values.length; i++) sum += values[i]!;
    return sum / values.length;
  };
  return {
    fine: mean(frames.map(({ fine }) => mean(fine))),
    coarse: mean(frames.map(({ coarse }) => mean(coarse))),
    colours: [0, 1, 2].map((channel) => mean(frames.map(({ colours }) => colours[channel]!))),
  };
}

function bandsOf(pixels: ClipPixels, size: number, frame: number): Bands {
  const luminance = new Float32Array(size * size);
  // sums[(y) * line + x]: sum of all luminance above and left of (x, y)
  const line = size + 1;
  const sums = new Float64Array(line * line);
  let from = frame * size * size * 3;
  const colours: [number, number, number] = [0, 0, 0];
  for (let y = 0; y < size; y++) {
    let row = 0;
    for (let x = 0; x < size; x++, from += 3) {
      const value = 0.299 * pixels[from]! + 0.587 * pixels[from + 1]! + 0.114 * pixels[from + 2]!;
      luminance[y * size + x] = value;
      row += value;
      for (let channel = 0; channel < 3; channel++) colours[channel]! += pixels[from + channel]! / (size * size);
      sums[(y + 1) * line + x + 1] = sums[y * line + x + 1]! + row;
    }
  }
  const mean = (x: number, y: number, radius: number): number => {
    const x0 = Math.max(0, x - radius);
    const y0 = Math.max(0, y - radius);
    const x1 = Math.min(size, x + radius + 1);
    const y1 = Math.min(size, y + radius + 1);
    return (sums[y1 * line + x1]! - sums[y0 * line + x1]! - sums[y1 * line + x0]! + sums[y0 * line + x0]!) / ((y1 - y0) * (x1 - x0));
  };
  const fine = new Float32Array(size * size);
  const coarse = new Float32Array(size * size);
  for (let y = 0; y < size; y++) {
    for (let x = 0; x < size; x++) {
      const near = mean(x, y, 1);
      fine[y * size + x] = Math.abs(luminance[y * size + x]! - near);
      coarse[y * size + x] = Math.abs(near - mean(x, y, 3));
    }
  }
  return { fine, coarse, colours };
}
