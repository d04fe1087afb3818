import type { Bag } from './dropout.ts';
import { patchSide, type StdtConfig } from './config.ts';

/**
 * What a patch shows of the pixels, three channels (R, G, B) per part:
 * `rgb` the colours, (x - 0.5) * 4 of 0..1; `temporal` the size of the second temporal difference,
 * |x(t+1) - 2 x(t) + x(t-1)|, where edge frames take their neighbour's; `spatial` the size of what a 3x3 mean leaves,
 * |x - mean|, as a multiple of the clip's own mean residue, so that a camera's sharpness and noise do not count;
 * `appearance` rgb and spatial; `all` the three parts together (the controls of the evidence).
 * Raw colours alone do not lead a small model to temporal traces; the explicit difference does.
 */
export type TraceKind = 'rgb' | 'temporal' | 'spatial' | 'appearance' | 'all';

const PARTS: Readonly<Record<TraceKind, readonly ('rgb' | 'temporal' | 'spatial')[]>> = {
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
  const side = patchSide(config);
  return PARTS[config.trace].length * 3 * side * side;
}

/** Scale of the inputs: grey levels 0..255 to about unit size. */
const SCALE = { rgb: 4 / 255, temporal: 8 / 255, spatial: 0.5 } as const;

/**
 * Writes the patches of a bag, [k * m, patchLength], channel by channel, row by row.
 *
 * @param hidden cells whose traces are written as zero, for occlusion maps
 */
export function writeBag(
  pixels: ClipPixels,
  config: StdtConfig,
  bag: Bag,
  out: Float32Array,
  offset: number,
  hidden?: ReadonlySet<number>,
): void {
  const length = patchLength(config);
  const spatialScale = PARTS[config.trace].includes('spatial') ? SCALE.spatial / meanResidue(pixels, config) : 0;
  for (let i = 0; i < bag.cells.length; i++) {
    const at = offset + i * length;
    if (hidden?.has(bag.cells[i]!)) out.fill(0, at, at + length);
    else writePatch(pixels, config, bag.frames[i]!, bag.cells[i]!, spatialScale, out, at);
  }
}

function writePatch(pixels: ClipPixels, config: StdtConfig, frame: number, cell: number, spatialScale: number, out: Float32Array, offset: number): void {
  const side = patchSide(config);
  const left = (cell % config.grid) * side;
  const top = Math.floor(cell / config.grid) * side;
  let at = offset;
  for (const part of PARTS[config.trace]) {
    if (part === 'rgb') writeColours(pixels, config.faceSize, frame, left, top, side, out, at);
    else if (part === 'temporal') writeTemporal(pixels, config, frame, left, top, side, out, at);
    else writeSpatial(pixels, config.faceSize, frame, left, top, side, spatialScale, out, at);
    at += 3 * side * side;
  }
}

function writeColours(pixels: ClipPixels, size: number, frame: number, left: number, top: number, side: number, out: Float32Array, at: number): void {
  for (let channel = 0; channel < 3; channel++) {
    for (let y = 0; y < side; y++) {
      let from = ((frame * size + top + y) * size + left) * 3 + channel;
      for (let x = 0; x < side; x++, from += 3) out[at++] = (pixels[from]! - 127.5) * SCALE.rgb;
    }
  }
}

function writeTemporal(pixels: ClipPixels, config: StdtConfig, frame: number, left: number, top: number, side: number, out: Float32Array, at: number): void {
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

function writeSpatial(pixels: ClipPixels, size: number, frame: number, left: number, top: number, side: number, scale: number, out: Float32Array, at: number): void {
  const start = frame * size * size * 3;
  for (let channel = 0; channel < 3; channel++) {
    for (let y = top; y < top + side; y++) {
      const y0 = Math.max(0, y - 1);
      const y1 = Math.min(size - 1, y + 1);
      for (let x = left; x < left + side; x++) {
        const x0 = Math.max(0, x - 1);
        const x1 = Math.min(size - 1, x + 1);
        let sum = 0;
        for (let v = y0; v <= y1; v++) for (let u = x0; u <= x1; u++) sum += pixels[start + (v * size + u) * 3 + channel]!;
        const mean = sum / ((y1 - y0 + 1) * (x1 - x0 + 1));
        out[at++] = Math.abs(pixels[start + (y * size + x) * 3 + channel]! - mean) * scale;
      }
    }
  }
}

/** Mean residue of the green channel, in grey levels, over every second pixel of every second row; at least 0.25. */
function meanResidue(pixels: ClipPixels, { faceSize: size, frames }: StdtConfig): number {
  const line = size * 3;
  let sum = 0;
  let count = 0;
  for (let t = 0; t < frames; t++) {
    for (let y = 1; y < size - 1; y += 2) {
      for (let x = 1; x < size - 1; x += 2) {
        const at = (t * size + y) * line + x * 3 + 1;
        const up = at - line;
        const down = at + line;
        const around = pixels[up - 3]! + pixels[up]! + pixels[up + 3]! + pixels[at - 3]! + pixels[at + 3]! + pixels[down - 3]! + pixels[down]! + pixels[down + 3]!;
        sum += Math.abs(8 * pixels[at]! - around) / 9;
        count++;
      }
    }
  }
  return Math.max(0.25, sum / count);
}
