import { random, type Random } from '@verilens/nn';
import type { Cd2Config } from './config.ts';
import { planeSize, type Planes } from './pixels.ts';

/**
 * Places of a step's samples: one permutation after the other, so that batches are always full, however few samples there
 * are. When all fit into one batch it is all of them in order.
 */
export function cyclicPlaces(count: number, batchSize: number, seed: number): (step: number) => Int32Array {
  let [epoch, order]: [number, Int32Array] = [-1, new Int32Array(0)];
  const placeAt = (position: number): number => {
    const wanted = Math.floor(position / count);
    if (wanted !== epoch) [epoch, order] = [wanted, permutation(count, random(seed, 'cd2 order', wanted))];
    return order[position % count]!;
  };
  if (count === batchSize) return () => Int32Array.from({ length: count }, (_, i) => i);
  return (step) => Int32Array.from({ length: batchSize }, (_, i) => placeAt(step * batchSize + i));
}

function permutation(count: number, own: Random): Int32Array {
  const order = Int32Array.from({ length: count }, (_, i) => i);
  for (let i = count - 1; i > 0; i--) {
    const j = own.below(i + 1);
    [order[i], order[j]] = [order[j]!, order[i]!];
  }
  return order;
}

/** Pictures [batch, 3, side, side] moved, resized, flipped and mixed at random, and the shares of each class [batch, classes]. */
export function augmentedBatch(
  { data, side }: Planes,
  owners: Int32Array,
  places: Int32Array,
  classes: number,
  { shift, flip, mix }: Cd2Config['base'],
  own: Random,
): { readonly pictures: Float32Array; readonly targets: Float32Array } {
  const size = planeSize(side);
  const pictures = new Float32Array(places.length * size);
  const targets = new Float32Array(places.length * classes);
  places.forEach((place, i) => {
    const zoom = 1 + shift * (2 * own.uniform() - 1);
    const centre = (side - 1) / 2;
    const [dx, dy] = [0, 0].map(() => shift * side * (2 * own.uniform() - 1)) as [number, number];
    const turned = flip && own.uniform() < 0.5 ? -1 : 1;
    const columns = taps(side, (x) => centre + turned * zoom * (x - centre) + dx);
    const rows = taps(side, (y) => centre + zoom * (y - centre) + dy);
    resample(data, place * size, side, columns, rows, pictures, i * size);
    targets[i * classes + owners[place]!] = 1;
  });
  if (own.uniform() < mix) mixPairs(pictures, targets, side, classes, own);
  return { pictures, targets };
}

interface Taps {
  readonly low: Int32Array;
  readonly high: Int32Array;
  readonly share: Float32Array;
}

/** Between which two pixels each sample lies; outside, the border pixel. */
function taps(side: number, at: (i: number) => number): Taps {
  const [low, high, share] = [new Int32Array(side), new Int32Array(side), new Float32Array(side)];
  for (let i = 0; i < side; i++) {
    const where = Math.min(side - 1, Math.max(0, at(i)));
    low[i] = Math.floor(where);
    high[i] = Math.min(side - 1, low[i]! + 1);
    share[i] = where - low[i]!;
  }
  return { low, high, share };
}

function resample(source: Float32Array, from: number, side: number, columns: Taps, rows: Taps, out: Float32Array, to: number): void {
  for (let c = 0; c < 3; c++) {
    for (let y = 0; y < side; y++) {
      const [top, bottom, fy] = [from + (c * side + rows.low[y]!) * side, from + (c * side + rows.high[y]!) * side, rows.share[y]!];
      for (let x = 0; x < side; x++) {
        const [left, right, fx] = [columns.low[x]!, columns.high[x]!, columns.share[x]!];
        const above = source[top + left]! + (source[top + right]! - source[top + left]!) * fx;
        const below = source[bottom + left]! + (source[bottom + right]! - source[bottom + left]!) * fx;
        out[to + (c * side + y) * side + x] = above + (below - above) * fy;
      }
    }
  }
}

/**
 * Mixup (Zhang et al. 2018) or CutMix (Yun et al. 2019), a fair coin between them: each picture with the one at the other end
 * of the batch, one share for all, uniform in 0..1.
 */
function mixPairs(pictures: Float32Array, targets: Float32Array, side: number, classes: number, own: Random): void {
  const count = targets.length / classes;
  const size = planeSize(side);
  const cut = own.uniform() < 0.5;
  const wanted = own.uniform();
  // CutMix: a square of the other picture; its share is what it really covers
  const edge = Math.round(side * Math.sqrt(1 - wanted));
  const [left, top] = [own.below(side - edge + 1), own.below(side - edge + 1)];
  const share = cut ? 1 - (edge * edge) / (side * side) : wanted;
  const [before, targetsBefore] = [pictures.slice(), targets.slice()];
  for (let i = 0; i < count; i++) {
    const other = count - 1 - i;
    for (let k = 0; k < size; k++) {
      const [x, y] = [k % side, Math.floor(k / side) % side];
      const inside = x >= left && x < left + edge && y >= top && y < top + edge;
      const kept = cut ? (inside ? 0 : 1) : share;
      pictures[i * size + k] = kept * before[i * size + k]! + (1 - kept) * before[other * size + k]!;
    }
    for (let c = 0; c < classes; c++)
      targets[i * classes + c] = share * targetsBefore[i * classes + c]! + (1 - share) * targetsBefore[other * classes + c]!;
  }
}
