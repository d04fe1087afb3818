import { VerilensError } from '@verilens/core';

/** Labelled clips in one block of memory: what a network of this plugin is trained and tested on. */
export interface Samples {
  /** RGB, 8 bits, [count, frames, size, size, 3] */
  readonly pixels: Uint8Array;
  readonly count: number;
  readonly frames: number;
  readonly size: number;
  /** 0 real, 1 forged */
  readonly labels: Uint8Array;
}

/** Pixels of clip `index`, a view. */
export function clipAt({ pixels, frames, size }: Samples, index: number): Uint8Array {
  const length = frames * size * size * 3;
  return pixels.subarray(index * length, (index + 1) * length);
}

/** One block from several. @throws VerilensError BAD_SHAPE when they differ in frames or size */
export function joinSamples(sets: readonly Samples[]): Samples {
  const { frames, size } = sets[0]!;
  for (const set of sets) {
    if (set.frames !== frames || set.size !== size) {
      throw new VerilensError('BAD_SHAPE', 'clips of different shapes', { place: 'plugin stdt', expected: `${frames} frames of ${size} px`, got: `${set.frames} frames of ${set.size} px` });
    }
  }
  const count = sets.reduce((sum, set) => sum + set.count, 0);
  const length = frames * size * size * 3;
  const joined = { pixels: new Uint8Array(count * length), count, frames, size, labels: new Uint8Array(count) };
  let at = 0;
  for (const set of sets) {
    joined.pixels.set(set.pixels.subarray(0, set.count * length), at * length);
    joined.labels.set(set.labels, at);
    at += set.count;
  }
  return joined;
}

/** The clips with these numbers, copied. */
export function pickSamples(set: Samples, indices: readonly number[]): Samples {
  const length = set.frames * set.size * set.size * 3;
  const pixels = new Uint8Array(indices.length * length);
  indices.forEach((index, i) => pixels.set(clipAt(set, index), i * length));
  return { ...set, pixels, count: indices.length, labels: Uint8Array.from(indices, (index) => set.labels[index]!) };
}
