import { patchSide, type StdtConfig } from './config.ts';
import { mirroredCell } from './mirror.ts';
import type { ClipPixels } from './traces.ts';

/** What is measured of a cell: so many numbers for each of its quarters, of them so many bands behind three colours. */
export const COUNTS = { quarters: 4, numbers: 5, bands: 2 } as const;

/** What one frame shows of colour and of the size of the luminance in two frequency bands: |x - mean of 3x3| and |mean of 3x3 - mean of 7x7|. */
export interface Bands {
  /** Means over each quarter of each cell: red, green, blue, fine, coarse. [grid * grid, 4, 5]. Colours are left zero for the trace `bands`. */
  readonly quarters: Float64Array;
  /** Means over the frame. */
  readonly fine: number;
  readonly coarse: number;
  readonly colours: readonly [red: number, green: number, blue: number];
}

/** The bands of a frame of one clip, by its number. */
export type BandsOf = (frame: number) => Bands;

/** Bands of a clip, measured when they are first asked for. */
export function bandsOnce(pixels: ClipPixels, config: StdtConfig): BandsOf {
  return once((frame) => measure(pixels, config, frame));
}

/** Bands of the mirrored clip, by exchanging what was measured of the clip as it is. */
export function mirroredBands(plain: BandsOf, { grid }: StdtConfig): BandsOf {
  const { quarters: count, numbers } = COUNTS;
  return once((frame) => {
    const bands = plain(frame);
    const quarters = new Float64Array(bands.quarters.length);
    for (let cell = 0, to = 0; cell < grid * grid; cell++) {
      const other = mirroredCell(cell, grid) * count;
      for (let quarter = 0; quarter < count; quarter++) {
        const from = (other + (quarter ^ 1)) * numbers;
        for (let k = 0; k < numbers; k++) quarters[to++] = bands.quarters[from + k]!;
      }
    }
    return { ...bands, quarters };
  });
}

function once(bandsOf: BandsOf): BandsOf {
  const known = new Map<number, Bands>();
  return (frame) => {
    let bands = known.get(frame);
    if (bands === undefined) known.set(frame, (bands = bandsOf(frame)));
    return bands;
  };
}

function measure(pixels: ClipPixels, config: StdtConfig, frame: number): Bands {
  const { faceSize: size, grid, reachPx = 0 } = config;
  const half = patchSide(config) / 2;
  const coloured = config.trace !== 'bands';
  const work = workspaceOf(size);
  measureBands(pixels, size, frame, work);
  for (const band of [work.fine, work.coarse]) {
    if (reachPx > 0) spread(band.values, size, reachPx, work.sums);
    integral(band.values, size, band.sums);
  }
  const fineSums = work.fine.sums;
  const coarseSums = work.coarse.sums;
  const { quarters: count, numbers } = COUNTS;
  const quarters = new Float64Array(grid * grid * count * numbers);
  let reds = 0;
  let greens = 0;
  let blues = 0;
  for (let row = 0; row < 2 * grid; row++) {
    for (let column = 0; column < 2 * grid; column++) {
      const cell = (row >> 1) * grid + (column >> 1);
      const at = (cell * count + (row & 1) * 2 + (column & 1)) * numbers;
      let red = 0;
      let green = 0;
      let blue = 0;
      for (let y = row * half; coloured && y < (row + 1) * half; y++) {
        let from = ((frame * size + y) * size + column * half) * 3;
        for (let x = 0; x < half; x++, from += 3) {
          red += pixels[from]!;
          green += pixels[from + 1]!;
          blue += pixels[from + 2]!;
        }
      }
      reds += red;
      greens += green;
      blues += blue;
      quarters[at] = red / (half * half);
      quarters[at + 1] = green / (half * half);
      quarters[at + 2] = blue / (half * half);
      quarters[at + 3] = squareMean(fineSums, size, column * half, row * half, half);
      quarters[at + 4] = squareMean(coarseSums, size, column * half, row * half, half);
    }
  }
  const all = size * size;
  return {
    quarters,
    fine: squareMean(fineSums, size, 0, 0, size),
    coarse: squareMean(coarseSums, size, 0, 0, size),
    colours: [reds / all, greens / all, blues / all],
  };
}

/** Room to measure one frame in; sums are of `integral`. */
interface Workspace {
  readonly luminance: Float64Array;
  readonly sums: Float64Array;
  readonly fine: { readonly values: Float64Array; readonly sums: Float64Array };
  readonly coarse: { readonly values: Float64Array; readonly sums: Float64Array };
  readonly near: Float64Array;
  readonly wide: Float64Array;
}

let workspace: { readonly size: number; readonly room: Workspace } | undefined;

/** One for all frames, as everything here is synchronous: new arrays for each would keep the garbage collector busy. */
function workspaceOf(size: number): Workspace {
  if (workspace?.size === size) return workspace.room;
  const plane = (): Float64Array => new Float64Array(size * size);
  const sums = (): Float64Array => new Float64Array((size + 1) * (size + 1));
  const room: Workspace = {
    luminance: plane(),
    sums: sums(),
    fine: { values: plane(), sums: sums() },
    coarse: { values: plane(), sums: sums() },
    near: new Float64Array(size),
    wide: new Float64Array(size),
  };
  workspace = { size, room };
  return room;
}

/** Sizes of the luminance of a frame in the two bands, [size, size] each. */
function measureBands(pixels: ClipPixels, size: number, frame: number, { luminance, sums, fine, coarse, near, wide }: Workspace): void {
  for (let place = 0, from = frame * size * size * 3; place < luminance.length; place++, from += 3) {
    luminance[place] = Math.fround(0.299 * pixels[from]! + 0.587 * pixels[from + 1]! + 0.114 * pixels[from + 2]!);
  }
  integral(luminance, size, sums);
  for (let y = 0, place = 0; y < size; y++) {
    boxMeans(sums, size, y, 1, near, 0);
    boxMeans(sums, size, y, 3, wide, 0);
    for (let x = 0; x < size; x++, place++) {
      fine.values[place] = Math.abs(luminance[place]! - near[x]!);
      coarse.values[place] = Math.abs(near[x]! - wide[x]!);
    }
  }
}

/** Into `sums`, at y * (size + 1) + x, the sum of all values above and left of (x, y). Its first row and column stay zero. */
function integral(values: Float64Array, size: number, sums: Float64Array): void {
  const line = size + 1;
  for (let y = 0, place = 0; y < size; y++) {
    let row = 0;
    for (let x = 0, to = (y + 1) * line + 1; x < size; x++, place++, to++) {
      row += values[place]!;
      sums[to] = sums[to - line]! + row;
    }
  }
}

function squareMean(sums: Float64Array, size: number, left: number, top: number, side: number): number {
  const line = size + 1;
  const a = top * line + left;
  const b = (top + side) * line + left;
  return (sums[b + side]! - sums[a + side]! - sums[b]! + sums[a]!) / (side * side);
}

/** Each value becomes the mean of the square of this radius around it, cut off at the border. */
function spread(values: Float64Array, size: number, radius: number, sums: Float64Array): void {
  integral(values, size, sums);
  for (let y = 0; y < size; y++) boxMeans(sums, size, y, radius, values, y * size);
}

/** Means of the squares of the given radius around each pixel of row y, cut off at the border, from out[at] on. */
function boxMeans(sums: Float64Array, size: number, y: number, radius: number, out: Float64Array, at: number): void {
  const line = size + 1;
  const y0 = Math.max(0, y - radius);
  const y1 = Math.min(size, y + radius + 1);
  const top = y0 * line;
  const bottom = y1 * line;
  for (let x = 0; x < size; x++) {
    const x0 = x < radius ? 0 : x - radius;
    const x1 = x + radius + 1 > size ? size : x + radius + 1;
    out[at + x] = (sums[bottom + x1]! - sums[top + x1]! - sums[bottom + x0]! + sums[top + x0]!) / ((y1 - y0) * (x1 - x0));
  }
}
