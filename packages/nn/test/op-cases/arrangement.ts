import * as nn from '../../src/index.ts';
import * as ref from '../reference.ts';
import type { OpCase } from './op-case.ts';

const wrapped = (i: number, n: number): number => ((i % n) + n) % n;
/** Where a coordinate outside 0..n-1 is taken from. */
const source: { readonly [M in nn.PadMode]: (i: number, n: number) => number } = {
  reflect: (i, n) => (i < 0 ? -i : i >= n ? 2 * (n - 1) - i : i),
  replicate: (i, n) => Math.min(Math.max(i, 0), n - 1),
  circular: wrapped,
};
const padded = (mode: nn.PadMode, shape: readonly number[], before: number[], after: number[]): OpCase => ({
  name: `padFrom, ${mode}, rank ${shape.length}`,
  covers: ['slice', 'concat'],
  inputs: [shape],
  build: (x) => nn.square(nn.padFrom(x!, before, after, mode)),
  reference: (x) =>
    ref.build(
      shape.map((n, i) => n + before[i]! + after[i]!),
      (at) =>
        ref.get(
          x!,
          at.map((v, i) => source[mode](v - before[i]!, shape[i]!)),
        ) ** 2,
    ),
});

export const arrangement: readonly OpCase[] = [
  {
    name: 'roll',
    covers: ['slice', 'concat'],
    inputs: [[2, 5]],
    build: (x) => nn.square(nn.roll(x!, -7, 1)),
    reference: (x) => ref.build([2, 5], ([i, j]) => ref.get(x!, [i!, wrapped(j! + 7, 5)]) ** 2),
  },
  {
    name: 'tile',
    covers: ['expand', 'reshape'],
    inputs: [[2, 1, 3]],
    build: (x) => nn.exp(nn.tile(x!, [2, 3, 1])),
    reference: (x) => ref.build([4, 3, 3], ([i, , k]) => Math.exp(ref.get(x!, [i! % 2, 0, k!]))),
  },
  {
    name: 'repeat',
    covers: ['expand', 'reshape'],
    inputs: [[2, 3]],
    build: (x) => nn.exp(nn.repeat(x!, 2, 1)),
    reference: (x) => ref.build([2, 6], ([i, j]) => Math.exp(ref.get(x!, [i!, Math.floor(j! / 2)]))),
  },
  padded('reflect', [1, 2, 3, 4], [0, 0, 2, 1], [0, 0, 0, 3]),
  padded('reflect', [5], [4], [1]),
  padded('replicate', [1, 3, 1], [0, 2, 3], [0, 1, 0]),
  padded('replicate', [1, 1, 2, 3, 2], [0, 0, 1, 0, 2], [0, 0, 1, 4, 0]),
  padded('circular', [2, 3], [0, 3], [2, 1]),
];
