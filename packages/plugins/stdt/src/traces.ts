import type { Bag } from './dropout.ts';
import { patchSide, type StdtConfig } from './config.ts';

/**
 * What a patch shows of the pixels:
 * `rgb` the colours, (x - 0.5) * 4 of 0..1, three numbers a pixel;
 * `temporal` the size of the second temporal difference, |x(t+1) - 2 x(t) + x(t-1)|, where edge frames take their
 * neighbour's, three numbers a pixel: raw colours alone do not lead a small model to temporal traces;
 * `spatial` for each quarter of the patch its mean colour and, in two frequency bands, the logarithm of the size of the
 * luminance (there and within `reachPx` around it), each against the clip's own mean: how sharp, noisy or bright a camera
 * is must not count;
 * `bands` the two bands of `spatial` without the colours, which tell people apart;
 * `all` colours, `temporal` and `spatial` together (the controls of the evidence), `appearance` those that one frame can show.
 */
export type TraceKind = 'rgb' | 'temporal' | 'spatial' | 'bands' | 'appearance' | 'all';

type Part = 'rgb' | 'temporal' | 'spatial' | 'bands';

const PARTS: Readonly<Record<TraceKind, readonly Part[]>> = {
  rgb: ['rgb'],
  temporal: ['temporal'],
  spatial: ['spatial'],
  bands: ['bands'],
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
const BANDS_LENGTH = 4 * 2;

function partLength(part: Part, side: number): number {
  if (part === 'spatial') return SPATIAL_LENGTH;
  return part === 'bands' ? BANDS_LENGTH : 3 * side * side;
}

/** Scale of the inputs: grey levels 0..255 to about unit size. */
const SCALE = { rgb: 4 / 255, temporal: 8 / 255 } as const;

/**
 * Writes the patches of a bag, [k * m, patchLength], channel by channel, row by row.
 *
 * @param known bands of frames of this clip: pass one map for all bags of a clip and they are computed once
 */
export function writeBag(
  pixels: ClipPixels,
  config: StdtConfig,
  bag: Bag,
  out: Float32Array,
  offset: number,
  known: Map<number, Bands> = new Map(),
): void {
  const length = patchLength(config);
  const seen = PARTS[config.trace].some((part) => part === 'spatial' || part === 'bands') ? [...new Set(bag.frames)] : [];
  for (const frame of seen) if (!known.has(frame)) known.set(frame, bandsOf(pixels, config, frame));
  const look: Look = { bands: known, ...levels(seen.map((frame) => known.get(frame)!)) };
  for (let i = 0; i < bag.cells.length; i++) {
    writePatch(pixels, config, bag.frames[i]!, bag.cells[i]!, look, out, offset + i * length);
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
    else writeSpatial(look, frame, cell, part === 'spatial', out, at);
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

function writeSpatial(look: Look, frame: number, cell: number, colours: boolean, out: Float32Array, at: number): void {
  const { quarters } = look.bands.get(frame)!;
  for (let from = cell * SPATIAL_LENGTH; from < (cell + 1) * SPATIAL_LENGTH; from += 5) {
    if (colours) {
      for (let channel = 0; channel < 3; channel++) out[at++] = (quarters[from + channel]! - look.colours[channel]!) * SCALE.rgb;
    }
    out[at++] = Math.log((quarters[from + 3]! + FLOOR) / (look.fine + FLOOR));
    out[at++] = Math.log((quarters[from + 4]! + FLOOR) / (look.coarse + FLOOR));
  }
}

/** Grey levels below which a band is silence: keeps the logarithm of flat places finite. */
const FLOOR = 0.25;

/** What one frame shows of colour and of the size of the luminance in two frequency bands: |x - mean of 3x3| and |mean of 3x3 - mean of 7x7|. */
export interface Bands {
  /** Means over each quarter of each cell: red, green, blue, fine, coarse. [grid * grid, 4, 5] */
  readonly quarters: Float64Array;
  /** Means over the frame. */
  readonly fine: number;
  readonly coarse: number;
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
  const mean = (value: (bands: Bands) => number): number => frames.reduce((sum, bands) => sum + value(bands), 0) / frames.length;
  return {
    fine: mean(({ fine }) => fine),
    coarse: mean(({ coarse }) => coarse),
    colours: [0, 1, 2].map((channel) => mean(({ colours }) => colours[channel]!)),
  };
}

function bandsOf(pixels: ClipPixels, config: StdtConfig, frame: number): Bands {
  const { faceSize: size, grid, reachPx = 0 } = config;
  const half = patchSide(config) / 2;
  const { fine, coarse } = bandSizes(pixels, size, frame);
  const [fineSums, coarseSums] = [fine, coarse].map((band) => integral(reachPx > 0 ? spread(band, size, reachPx) : band, size)) as [
    Float64Array,
    Float64Array,
  ];
  const quarters = new Float64Array(grid * grid * SPATIAL_LENGTH);
  const sums = [0, 0, 0];
  for (let row = 0; row < 2 * grid; row++) {
    for (let column = 0; column < 2 * grid; column++) {
      const cell = (row >> 1) * grid + (column >> 1);
      const at = (cell * 4 + (row & 1) * 2 + (column & 1)) * 5;
      for (let y = row * half; y < (row + 1) * half; y++) {
        let from = ((frame * size + y) * size + column * half) * 3;
        for (let x = 0; x < half; x++, from += 3) for (let c = 0; c < 3; c++) quarters[at + c]! += pixels[from + c]!;
      }
      for (let c = 0; c < 3; c++) {
        sums[c]! += quarters[at + c]!;
        quarters[at + c]! /= half * half;
      }
      quarters[at + 3] = squareMean(fineSums, size, column * half, row * half, half);
      quarters[at + 4] = squareMean(coarseSums, size, column * half, row * half, half);
    }
  }
  const all = size * size;
  return {
    quarters,
    fine: squareMean(fineSums, size, 0, 0, size),
    coarse: squareMean(coarseSums, size, 0, 0, size),
    colours: [sums[0]! / all, sums[1]! / all, sums[2]! / all],
  };
}

/** Sizes of the luminance of a frame in the two bands, [size, size] each. */
function bandSizes(pixels: ClipPixels, size: number, frame: number): { readonly fine: Float64Array; readonly coarse: Float64Array } {
  const luminance = new Float64Array(size * size);
  for (let place = 0, from = frame * size * size * 3; place < luminance.length; place++, from += 3) {
    luminance[place] = Math.fround(0.299 * pixels[from]! + 0.587 * pixels[from + 1]! + 0.114 * pixels[from + 2]!);
  }
  const sums = integral(luminance, size);
  const fine = new Float64Array(size * size);
  const coarse = new Float64Array(size * size);
  const near = new Float64Array(size);
  const wide = new Float64Array(size);
  for (let y = 0, place = 0; y < size; y++) {
    boxMeans(sums, size, y, 1, near);
    boxMeans(sums, size, y, 3, wide);
    for (let x = 0; x < size; x++, place++) {
      fine[place] = Math.abs(luminance[place]! - near[x]!);
      coarse[place] = Math.abs(near[x]! - wide[x]!);
    }
  }
  return { fine, coarse };
}

/** At y * (size + 1) + x the sum of all values above and left of (x, y). */
function integral(values: Float64Array, size: number): Float64Array {
  const line = size + 1;
  const sums = new Float64Array(line * line);
  for (let y = 0, place = 0; y < size; y++) {
    let row = 0;
    for (let x = 0, to = (y + 1) * line + 1; x < size; x++, place++, to++) {
      row += values[place]!;
      sums[to] = sums[to - line]! + row;
    }
  }
  return sums;
}

function squareMean(sums: Float64Array, size: number, left: number, top: number, side: number): number {
  const line = size + 1;
  const [a, b] = [top * line + left, (top + side) * line + left];
  return (sums[b + side]! - sums[a + side]! - sums[b]! + sums[a]!) / (side * side);
}

/** Each value becomes the mean of the square of this radius around it, cut off at the border. */
function spread(values: Float64Array, size: number, radius: number): Float64Array {
  const sums = integral(values, size);
  const out = new Float64Array(size * size);
  for (let y = 0; y < size; y++) boxMeans(sums, size, y, radius, out.subarray(y * size, (y + 1) * size));
  return out;
}

/** Means of the squares of the given radius around each pixel of row y, cut off at the border. */
function boxMeans(sums: Float64Array, size: number, y: number, radius: number, out: Float64Array): void {
  const line = size + 1;
  const y0 = Math.max(0, y - radius);
  const y1 = Math.min(size, y + radius + 1);
  const top = y0 * line;
  const bottom = y1 * line;
  for (let x = 0; x < size; x++) {
    const x0 = x < radius ? 0 : x - radius;
    const x1 = x + radius + 1 > size ? size : x + radius + 1;
    out[x] = (sums[bottom + x1]! - sums[top + x1]! - sums[bottom + x0]! + sums[top + x0]!) / ((y1 - y0) * (x1 - x0));
  }
}
