import type { Random } from '@verilens/data';
import type { StdtConfig } from './config.ts';

/**
 * Where the patches of one bag come from. Both arrays have length k * m and are ordered by cell (row, then column),
 * ties by frame: the paper's "reorder".
 */
export interface Bag {
  readonly frames: Int32Array;
  readonly cells: Int32Array;
}

/**
 * `spatiotemporal`: the method. The others are its controls: `temporal` draws frames but keeps the same cells,
 * `spatial` draws cells but keeps evenly spaced frames, `fixed` never draws, `single-frame` takes the whole grid of one frame.
 */
export type DropoutMode = 'spatiotemporal' | 'temporal' | 'spatial' | 'fixed' | 'single-frame';

/**
 * Spatiotemporal dropout: k of the clip's frames stay, in time order; in each of them m cells stay, drawn
 * independently and without replacement; the patches are united in one sequence and reordered by place in the face.
 */
export function drawBag(config: StdtConfig, random: Random, mode: DropoutMode = 'spatiotemporal'): Bag {
  const cells = config.grid * config.grid;
  if (mode === 'single-frame') {
    const frame = random.integer(0, config.frames);
    return { frames: new Int32Array(cells).fill(frame), cells: Int32Array.from({ length: cells }, (_, cell) => cell) };
  }
  const drawsFrames = mode === 'spatiotemporal' || mode === 'temporal';
  const drawsCells = mode === 'spatiotemporal' || mode === 'spatial';
  const frames = drawsFrames ? sample(config.frames, config.keptFrames, random) : evenlySpaced(config.frames, config.keptFrames);
  const picks: { cell: number; frame: number }[] = [];
  frames.forEach((frame, place) => {
    const kept = drawsCells ? sample(cells, config.keptCells, random) : lattice(cells, config, place);
    for (const cell of kept) picks.push({ cell, frame });
  });
  picks.sort((a, b) => a.cell - b.cell || a.frame - b.frame);
  return { frames: Int32Array.from(picks, (pick) => pick.frame), cells: Int32Array.from(picks, (pick) => pick.cell) };
}

/** `count` of 0..`total`-1 without replacement, ascending. */
function sample(total: number, count: number, random: Random): number[] {
  const pool = Array.from({ length: total }, (_, i) => i);
  for (let i = 0; i < count; i++) {
    const j = random.integer(i, total);
    const held = pool[i]!;
    pool[i] = pool[j]!;
    pool[j] = held;
  }
  return pool.slice(0, count).sort((a, b) => a - b);
}

function evenlySpaced(total: number, count: number): number[] {
  return Array.from({ length: count }, (_, i) => Math.round(count === 1 ? (total - 1) / 2 : (i * (total - 1)) / (count - 1)));
}

/** Cells of the fixed sampling: each kept frame shows every (cells/m)-th cell, shifted from frame to frame, so that together they cover the face. */
function lattice(cells: number, config: StdtConfig, place: number): number[] {
  const stride = cells / config.keptCells;
  return Array.from({ length: config.keptCells }, (_, i) => (Math.floor(i * stride) + place) % cells);
}
