/** Labelled clips in one block of memory: what a network of this plugin is trained and tested on. */
export interface Samples {
  /** RGB, 8 bits, [count, frames, size, size, 3] */
  readonly pixels: Uint8Array;
  readonly count: number;
  readonly frames: number;
  readonly size: number;
  /** 0 real, 1 forged */
  readonly labels: Uint8Array;
  /**
   * Clips of one window stand side by side, so many of them: 2, a real clip and its forged twin, finished alike; 4, the
   * same two followed by themselves interpolated once more. Default 1: every clip on its own.
   */
  readonly group?: 1 | 2 | 4;
}

/** Pixels of clip `index`, a view. */
export function clipAt({ pixels, frames, size }: Samples, index: number): Uint8Array {
  const length = frames * size * size * 3;
  return pixels.subarray(index * length, (index + 1) * length);
}

/** The clips with these numbers, copied. */
export function pickSamples(set: Samples, indices: readonly number[]): Samples {
  const length = set.frames * set.size * set.size * 3;
  const pixels = new Uint8Array(indices.length * length);
  indices.forEach((index, i) => pixels.set(clipAt(set, index), i * length));
  return { ...set, pixels, count: indices.length, labels: Uint8Array.from(indices, (index) => set.labels[index]!) };
}
