import { VerilensError } from '@verilens/core';
import type { ClipBatch } from './procedural/clips.ts';
import { createRandom, type Random } from './random.ts';

export interface BatchOptions {
  readonly seed: number | string;
  /** Number of the pass over the data: another order in each. Default 0. */
  readonly epoch?: number;
  readonly batchSize: number;
  /** 0 or 1 for each item: every batch then has as many of one as of the other (or one more), the rarer ones drawn again. */
  readonly balance?: ArrayLike<number>;
}

/**
 * The numbers of the items of each full batch of one pass, shuffled; what is left over at the end waits for the next
 * pass. A batch depends on seed, epoch and place alone, so that a resumed run goes on with the very same batches.
 * @throws VerilensError BAD_OPTION
 */
export function batchIndices(count: number, options: BatchOptions): Int32Array[] {
  const { seed, epoch = 0, batchSize, balance } = options;
  if (!Number.isInteger(batchSize) || batchSize < 1 || batchSize > count) {
    throw new VerilensError('BAD_OPTION', 'batchSize cannot be used', {
      place: 'data/batches',
      expected: `1 to ${count}, the number of items`,
      got: String(batchSize),
    });
  }
  const random = createRandom(seed).fork('batches').fork(epoch);
  const order = random.shuffle(Array.from({ length: count }, (_, i) => i));
  const sequence = balance === undefined ? order : alternate(order, balance, random);
  return Array.from({ length: Math.floor(sequence.length / batchSize) }, (_, b) =>
    Int32Array.from(sequence.slice(b * batchSize, (b + 1) * batchSize)),
  );
}

function alternate(order: readonly number[], balance: ArrayLike<number>, random: Random): number[] {
  if (balance.length !== order.length)
    throw new VerilensError('BAD_SHAPE', 'balance does not fit the items', {
      place: 'data/batches',
      expected: `${order.length} values`,
      got: String(balance.length),
    });
  const classes = [order.filter((i) => balance[i] === 0), order.filter((i) => balance[i] !== 0)];
  if (classes.some((members) => members.length === 0))
    throw new VerilensError('BAD_INPUT', 'one class only: nothing to balance', {
      place: 'data/batches',
      expected: 'items of both classes',
    });
  const most = Math.max(...classes.map((members) => members.length));
  const [zeros, ones] = classes.map((members) => {
    const all = [...members];
    while (all.length < most) all.push(...random.shuffle(members));
    return all;
  }) as [number[], number[]];
  return Array.from({ length: 2 * most }, (_, i) => (i % 2 === 0 ? zeros : ones)[i >> 1]!);
}

/** Chances and strengths of changes that leave the traces of forgery alone; the same for all frames of a clip. */
export interface ClipAugmentation {
  /** Chance of mirroring left and right. */
  readonly flip?: number;
  /** Largest relative change of contrast around zero: values times 1 +- gain. */
  readonly gain?: number;
  /** Largest change of brightness, in parts of the full scale. */
  readonly offset?: number;
}

export interface GatherOptions {
  /** Order of the axes: N clips, T frames, C colours (red, green, blue), H rows, W columns. Default `NTCHW`. */
  readonly layout?: 'NTCHW' | 'NCTHW' | 'NTHWC';
  /** Output = (pixel / 255 - mean) * scale. Defaults 0 and 1: 0..1. */
  readonly mean?: number;
  readonly scale?: number;
  readonly augment?: ClipAugmentation;
  /** Needed with `augment`. */
  readonly random?: Random;
  /** Filled and returned instead of a new array. */
  readonly out?: Float32Array;
}

/**
 * Collects clips by their numbers into one float array for a model, with seeded augmentation.
 * @throws VerilensError BAD_OPTION, BAD_SHAPE
 * @example
 * for (const indices of batchIndices(set.count, { seed: 0, epoch, batchSize: 16, balance: set.labels })) {
 *   const input = gatherClips(set, indices, { mean: 0.5, scale: 4, augment: { flip: 0.5, gain: 0.1, offset: 0.05 }, random });
 * }
 */
export function gatherClips(clips: ClipBatch, indices: ArrayLike<number>, options: GatherOptions = {}): Float32Array {
  const { layout = 'NTCHW', mean = 0, scale = 1, augment, random } = options;
  const { frames, size, count, pixels } = clips;
  const length = frames * size * size * 3;
  const out = options.out ?? new Float32Array(indices.length * length);
  if (out.length !== indices.length * length)
    throw new VerilensError('BAD_SHAPE', 'out does not fit', {
      place: 'data/gather',
      expected: `${indices.length * length} values`,
      got: String(out.length),
    });
  if (augment !== undefined && random === undefined)
    throw new VerilensError('BAD_OPTION', 'augmentation needs a random stream', {
      place: 'data/gather',
      expected: 'option random',
      remedy: 'Pass createRandom(seed).fork(step).',
    });
  const plane = size * size;
  // steps in the output for one frame, colour and pixel
  const [perFrame, perColour, perPixel] = { NTCHW: [3 * plane, plane, 1], NCTHW: [plane, frames * plane, 1], NTHWC: [3 * plane, 1, 3] }[
    layout
  ] as [number, number, number];
  for (let n = 0; n < indices.length; n++) {
    const index = indices[n]!;
    if (!Number.isInteger(index) || index < 0 || index >= count)
      throw new VerilensError('BAD_OPTION', 'no such clip', {
        place: 'data/gather',
        expected: `a number from 0 to ${count - 1}`,
        got: String(index),
      });
    // always three draws a clip, so that one setting does not change what another draws
    const flip = random !== undefined && random.uniform() < (augment?.flip ?? 0);
    const gain = 1 + (random?.uniform(-1, 1) ?? 0) * (augment?.gain ?? 0);
    const offset = (random?.uniform(-1, 1) ?? 0) * (augment?.offset ?? 0);
    const a = (gain * scale) / 255;
    const b = (offset - mean) * scale;
    for (let t = 0; t < frames; t++) {
      for (let y = 0; y < size; y++) {
        let from = index * length + (t * plane + y * size) * 3;
        let to = n * length + t * perFrame + (y * size + (flip ? size - 1 : 0)) * perPixel;
        const step = flip ? -perPixel : perPixel;
        for (let x = 0; x < size; x++, from += 3, to += step) {
          out[to] = pixels[from]! * a + b;
          out[to + perColour] = pixels[from + 1]! * a + b;
          out[to + 2 * perColour] = pixels[from + 2]! * a + b;
        }
      }
    }
  }
  return out;
}

/** Clips of several sets of one shape, one after the other. @throws VerilensError BAD_SHAPE */
export function joinClips(parts: readonly ClipBatch[]): ClipBatch {
  const first = parts[0];
  if (first === undefined)
    throw new VerilensError('BAD_SHAPE', 'nothing to join', { place: 'data/join', expected: 'one set of clips or more' });
  const { frames, size } = first;
  const other = parts.find((part) => part.frames !== frames || part.size !== size);
  if (other !== undefined)
    throw new VerilensError('BAD_SHAPE', 'clips of different shapes', {
      place: 'data/join',
      expected: `${frames} frames of ${size} pixels`,
      got: `${other.frames} of ${other.size}`,
    });
  const pixels = new Uint8Array(parts.reduce((sum, part) => sum + part.pixels.length, 0));
  let at = 0;
  for (const part of parts) {
    pixels.set(part.pixels, at);
    at += part.pixels.length;
  }
  return { pixels, frames, size, count: parts.reduce((sum, part) => sum + part.count, 0) };
}
