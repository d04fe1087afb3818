import * as nn from '../../src/index.ts';
import * as ref from '../reference.ts';
import { ints, type OpCase } from './op-case.ts';

export const indexing: readonly OpCase[] = [
  {
    name: 'gather rows',
    covers: ['gather', 'scatterAdd'],
    inputs: [[4, 3]],
    build: (x) => nn.square(nn.gather(x!, ints([3, 0, 3, 1], [2, 2]))),
    reference: (x) =>
      ref.build(
        [2, 2, 3],
        ([i, j, k]) =>
          ref.get(x!, [
            [
              [3, 0],
              [3, 1],
            ][i!]![j!]!,
            k!,
          ]) ** 2,
      ),
  },
  {
    name: 'gather along axis 1',
    covers: ['gather', 'scatterAdd'],
    inputs: [[2, 4, 3]],
    build: (x) => nn.square(nn.gather(x!, ints([2, 2, 0], [3]), 1)),
    reference: (x) => ref.build([2, 3, 3], ([i, j, k]) => ref.get(x!, [i!, [2, 2, 0][j!]!, k!]) ** 2),
  },
  {
    name: 'scatterAdd',
    covers: ['scatterAdd'],
    inputs: [[3, 2]],
    build: (x) => nn.square(nn.scatterAdd(ints([1, 3, 1], [3]), x!, 4)),
    reference: (x) => ref.build([4, 2], ([i, j]) => ref.total([1, 3, 1].map((at, n) => (at === i ? ref.get(x!, [n, j!]) : 0))) ** 2),
  },
  {
    name: 'oneHot',
    covers: ['oneHot'],
    inputs: [[3, 4]],
    build: (x) => nn.mul(nn.oneHot(ints([0, 3, 1], [3]), 4), nn.square(x!)),
    reference: (x) => ref.build([3, 4], ([i, j]) => ([0, 3, 1][i!] === j ? ref.get(x!, [i!, j!]) ** 2 : 0)),
  },
];
