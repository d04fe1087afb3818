import { bandsOnce, COUNTS, type Bands, type BandsOf } from './bands.ts';
import { patchSide, type StdtConfig } from './config.ts';
import type { Bag } from './dropout.ts';

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

const SPATIAL_LENGTH = COUNTS.quarters * COUNTS.numbers;
const BANDS_LENGTH = COUNTS.quarters * COUNTS.bands;

function partLength(part: Part, side: number): number {
  if (part === 'spatial') return SPATIAL_LENGTH;
  return part === 'bands' ? BANDS_LENGTH : 3 * side * side;
}

/** Scale of the inputs: grey levels 0..255 to about unit size. */
const SCALE = { rgb: 4 / 255, temporal: 8 / 255 } as const;

/**
 * Writes the patches of a bag, [k * m, patchLength], channel by channel, row by row.
 *
 * @param bandsOf bands of the frames of this clip: pass one for all bags of a clip and they are computed once
 */
export function writeBag(
  pixels: ClipPixels,
  config: StdtConfig,
  bag: Bag,
  out: Float32Array,
  offset: number,
  bandsOf: BandsOf = bandsOnce(pixels, config),
): void {
  const length = patchLength(config);
  const seen = PARTS[config.trace].some((part) => part === 'spatial' || part === 'bands') ? [...new Set(bag.frames)] : [];
  const look: Look = { bandsOf, ...levels(seen.map(bandsOf)) };
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
  const { quarters } = look.bandsOf(frame);
  for (let from = cell * SPATIAL_LENGTH; from < (cell + 1) * SPATIAL_LENGTH; from += COUNTS.numbers) {
    if (colours) {
      for (let channel = 0; channel < 3; channel++) out[at++] = (quarters[from + channel]! - look.colours[channel]!) * SCALE.rgb;
    }
    out[at++] = Math.log((quarters[from + 3]! + FLOOR) / (look.fine + FLOOR));
    out[at++] = Math.log((quarters[from + 4]! + FLOOR) / (look.coarse + FLOOR));
  }
}

/** Grey levels below which a band is silence: keeps the logarithm of flat places finite. */
const FLOOR = 0.25;

/** What the spatial trace of a clip is measured against: its own means over the frames of the bag. */
interface Look {
  readonly bandsOf: BandsOf;
  readonly fine: number;
  readonly coarse: number;
  readonly colours: readonly number[];
}

function levels(frames: readonly Bands[]): Omit<Look, 'bandsOf'> {
  const mean = (value: (bands: Bands) => number): number => frames.reduce((sum, bands) => sum + value(bands), 0) / frames.length;
  return {
    fine: mean(({ fine }) => fine),
    coarse: mean(({ coarse }) => coarse),
    colours: [0, 1, 2].map((channel) => mean(({ colours }) => colours[channel]!)),
  };
}
