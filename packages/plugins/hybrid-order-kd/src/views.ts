import { random } from '@verilens/nn';
import { planeSize, type Planes } from './planes.ts';
import { KERNELS, shrinkMatrix, shrinkPlane } from './shrink.ts';

export interface Augmentation {
  /** Views of each picture. */
  readonly views: number;
  /** Largest shift in pixels of the good picture, up and down and to the sides; its edge goes on outside. */
  readonly shift: number;
  /** Chance of a mirrored view. 0 where mirrored pictures mean something else, as digits do. */
  readonly flip: number;
}

/** The same views at both resolutions. */
export interface Views {
  readonly high: Planes;
  readonly low: Planes;
  /** Picture of each view. */
  readonly of: Int32Array;
}

/**
 * Each picture shifted and mirrored at random, then shrunk by a random kernel: what the student sees poorly is what its
 * guides see well. They are made once, so that frozen guides look at each view once and not in every epoch.
 */
export function viewsOf(pictures: Planes, low: number, { views, shift, flip }: Augmentation, seed: number): Views {
  const { count, channels, side } = pictures;
  const high: Planes = { ...pictures, count: count * views, data: new Float32Array(views * pictures.data.length) };
  const small: Planes = { ...high, side: low, data: new Float32Array(high.count * channels * low * low) };
  const matrices = KERNELS.map((kernel) => shrinkMatrix(kernel, side, low));
  const plane = side * side;
  for (let view = 0; view < high.count; view++) {
    const draw = random(seed, 'views', view);
    const offset = (): number => draw.below(2 * shift + 1) - shift;
    const [dx, dy, mirrored, matrix] = [offset(), offset(), draw.uniform() < flip, matrices[draw.below(matrices.length)]!];
    for (let channel = 0; channel < channels; channel++) {
      const from = (Math.floor(view / views) * channels + channel) * plane;
      const to = view * planeSize(high) + channel * plane;
      for (let y = 0; y < side; y++) {
        const row = from + within(y + dy, side) * side;
        for (let x = 0; x < side; x++)
          high.data[to + y * side + x] = pictures.data[row + within((mirrored ? side - 1 - x : x) + dx, side)]!;
      }
      const at = view * planeSize(small) + channel * low * low;
      shrinkPlane(high.data.subarray(to, to + plane), matrix, side, low, small.data.subarray(at, at + low * low));
    }
  }
  return { high, low: small, of: Int32Array.from({ length: high.count }, (_, view) => Math.floor(view / views)) };
}

function within(place: number, side: number): number {
  return Math.min(side - 1, Math.max(0, place));
}
