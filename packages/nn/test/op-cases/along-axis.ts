import * as nn from '../../src/index.ts';
import * as ref from '../reference.ts';
import { asFloat, ints, type OpCase } from './op-case.ts';

const along = [
  [2, 0, 2],
  [1, 1, 0],
];
const perSample = [
  [3, 0, 3],
  [1, 1, 2],
];
const running = (x: ref.Ref, axis: number, reverse: boolean): ref.Ref =>
  ref.build(x.shape, (at) =>
    ref.total(
      Array.from({ length: x.shape[axis]! }, (_, i) =>
        (reverse ? i >= at[axis]! : i <= at[axis]!)
          ? ref.get(
              x,
              at.map((v, d) => (d === axis ? i : v)),
            )
          : 0,
      ),
    ),
  );

export const alongAxis: readonly OpCase[] = [
  {
    name: 'takeAlongAxis, last axis, equal indices',
    covers: ['gatherElements', 'scatterElements'],
    inputs: [[2, 3]],
    build: (x) => nn.square(nn.takeAlongAxis(x!, ints(along.flat(), [2, 3]), -1)),
    reference: (x) => ref.build([2, 3], ([i, j]) => ref.get(x!, [i!, along[i!]![j!]!]) ** 2),
  },
  {
    name: 'takeAlongAxis, first axis, fewer columns',
    covers: ['gatherElements', 'scatterElements'],
    inputs: [[3, 4]],
    build: (x) => nn.exp(nn.takeAlongAxis(x!, ints(along.flat(), [2, 3]), 0)),
    reference: (x) => ref.build([2, 3], ([i, j]) => Math.exp(ref.get(x!, [along[i!]![j!]!, j!]))),
  },
  {
    name: 'scatterAddAlongAxis',
    covers: ['scatterElements', 'gatherElements'],
    inputs: [[2, 3]],
    build: (x) => nn.square(nn.scatterAddAlongAxis(ints(along.flat(), [2, 3]), x!, 1, 4)),
    reference: (x) => ref.build([2, 4], ([i, k]) => ref.total(along[i!]!.map((at, j) => (at === k ? ref.get(x!, [i!, j]) : 0))) ** 2),
  },
  {
    name: 'gatherBatch',
    covers: ['gatherBatch', 'scatterAdd'],
    inputs: [[2, 4, 3]],
    build: (x) => nn.square(nn.gatherBatch(x!, ints(perSample.flat(), [2, 3]))),
    reference: (x) => ref.build([2, 3, 3], ([b, k, d]) => ref.get(x!, [b!, perSample[b!]![k!]!, d!]) ** 2),
  },
  {
    name: 'gatherBatch, two batch axes',
    covers: ['gatherBatch', 'add'],
    inputs: [[2, 1, 4]],
    build: (x) => nn.square(nn.gatherBatch(x!, nn.sub(nn.mul(ints(perSample.flat(), [2, 1, 3]), 1), ints([0], [1])), 2)),
    reference: (x) => ref.build([2, 1, 3], ([b, c, k]) => ref.get(x!, [b!, c!, perSample[b!]![k!]!]) ** 2),
  },
  {
    name: 'whole numbers: add, sub, mul',
    covers: ['add', 'sub', 'mul'],
    inputs: [[3]],
    order: 0,
    build: (x) => asFloat(nn.sub(nn.mul(nn.add(nn.cast(nn.mul(x!, 100), 'int32'), 7), 3), ints([1, 2, 3], [3]))),
    reference: (x) => ref.build([3], ([i]) => (Math.trunc(Math.fround(Math.fround(ref.get(x!, [i!])) * 100)) + 7) * 3 - (i! + 1)),
  },
  {
    name: 'cumulativeSum',
    covers: ['cumulativeSum'],
    inputs: [[2, 3, 2]],
    build: (x) => nn.square(nn.cumulativeSum(x!, 1)),
    reference: (x) => ref.map(running(x!, 1, false), (v) => v * v),
  },
  {
    name: 'cumulativeSum from the end',
    covers: ['cumulativeSum'],
    inputs: [[1, 4]],
    build: (x) => nn.square(nn.cumulativeSum(x!, -1, { reverse: true })),
    reference: (x) => ref.map(running(x!, 1, true), (v) => v * v),
  },
];
