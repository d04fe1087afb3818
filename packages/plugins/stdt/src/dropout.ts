import type { Random } from '@verilens/data';
import type { StdtConfig } from './config.ts';

/**
 * Where the patches of one bag come from. Both arrays have length k * m and are ordered by cell (row, then column),
 * ties by frame: the paper's "reorder".
 */
export interface Bag {
  readonly frames: Int32Array;
  readonly cells: Int32Array;
  /** The clip is mirrored before it is cut into cells. Default false */
  readonly mirrored?: boolean;
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
  return bagOf(
    frames.map((frame, place) => ({ frame, cells: drawsCells ? sample(cells, config.keptCells, random) : lattice(cells, config, place) })),
  );
}

/**
 * Bags to judge a clip by, each drawn by the law of `drawBag`, but sharing out the clip among them: no frame comes again
 * before every frame has come, and in each frame no cell before every cell. Bags drawn one by one overlap by chance, and
 * what they happen to leave out, a mouth say, nobody looks at. Where the network asks for it every second bag is mirrored.
 */
export function dealBags(config: StdtConfig, random: Random, count: number): Bag[] {
  const nextFrames = dealer(config.frames, random);
  const nextCells = Array.from({ length: config.frames }, () => dealer(config.grid * config.grid, random));
  return Array.from({ length: count }, (_, i) => ({
    ...bagOf(nextFrames(config.keptFrames).map((frame) => ({ frame, cells: nextCells[frame]!(config.keptCells) }))),
    ...(config.mirrors === true && i % 2 === 1 ? { mirrored: true } : {}),
  }));
}

/** Hands out 0..`total`-1 in random order, again and again, never one number twice in a hand. */
function dealer(total: number, random: Random): (count: number) => number[] {
  let deck: number[] = [];
  return (count) => {
    if (deck.length < count) {
      const rest = new Set(deck);
      deck = [...deck, ...random.shuffle(Array.from({ length: total }, (_, i) => i).filter((i) => !rest.has(i)))];
    }
    return deck.splice(0, count);
  };
}

/** In the order of the method: by cell, ties by frame. */
function bagOf(kept: readonly { readonly frame: number; readonly cells: readonly number[] }[]): Bag {
  const picks = kept.flatMap(({ frame, cells }) => cells.map((cell) => ({ cell, frame })));
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
