import { planeSize, type Planes } from './pictures.ts';

export interface Neighbour {
  readonly index: number;
  /** Root of the mean squared difference; values are -1..1. */
  readonly distance: number;
}

/** The training picture nearest to each picture, mirror images counted too: has the generator copied? */
export function nearestPictures(pictures: Planes, training: Planes): readonly Neighbour[] {
  const each = planeSize(pictures.size);
  return Array.from({ length: pictures.count }, (_, i) => {
    const wanted = pictures.data.subarray(i * each, (i + 1) * each);
    let best: Neighbour = { index: -1, distance: Infinity };
    for (let t = 0; t < training.count; t++) {
      const limit = best.distance ** 2 * each;
      const at = t * each;
      for (const mirrored of [false, true]) {
        const sum = squaredDifference(wanted, training.data, at, pictures.size, mirrored, limit);
        if (sum < best.distance ** 2 * each) best = { index: t, distance: Math.sqrt(sum / each) };
      }
    }
    return best;
  });
}

/** Gives up beyond `limit`. */
function squaredDifference(a: Float32Array, b: Float32Array, at: number, size: number, mirrored: boolean, limit: number): number {
  let sum = 0;
  for (let row = 0; row < a.length && sum <= limit; row += size) {
    for (let x = 0; x < size; x++) {
      const difference = a[row + x]! - b[at + row + (mirrored ? size - 1 - x : x)]!;
      sum += difference * difference;
    }
  }
  return sum;
}
