import * as nn from '../../src/index.ts';
import * as ref from '../reference.ts';
import { ints, type OpCase } from './op-case.ts';

export const losses: readonly OpCase[] = [
  {
    name: 'crossEntropy',
    covers: ['logSoftmax', 'oneHot'],
    inputs: [[3, 4]],
    build: (x) => nn.crossEntropy(x!, ints([1, 0, 3], [3])),
    reference: (x) => ({
      shape: [],
      data: Float64Array.of(-ref.average([1, 0, 3].map((k, i) => Math.log(ref.get(ref.softmax(x!, 1), [i, k]))))),
    }),
  },
  {
    name: 'crossEntropy with smoothing and soft targets',
    covers: ['logSoftmax'],
    inputs: [
      [2, 3],
      [2, 3],
    ],
    low: 0.1,
    build: (x, t) => nn.crossEntropy(x!, t!, { labelSmoothing: 0.1 }),
    reference: (x, t) => ({
      shape: [],
      data: Float64Array.of(
        -ref.total([
          ...ref.map2(
            ref.map(t!, (v) => 0.9 * v + 0.1 / 3),
            ref.map(ref.softmax(x!, 1), Math.log),
            (a, b) => a * b,
          ).data,
        ]) / 2,
      ),
    }),
  },
  {
    name: 'bceWithLogits',
    covers: ['softplus'],
    inputs: [[4], [4]],
    build: (x, t) => nn.bceWithLogits(x!, t!),
    reference: (x, t) =>
      ref.reduce(
        ref.map2(x!, t!, (z, y) => Math.log1p(Math.exp(z)) - z * y),
        [0],
        false,
        ref.average,
      ),
  },
  {
    name: 'mse',
    covers: ['reduceMean'],
    inputs: [
      [2, 3],
      [2, 3],
    ],
    build: (a, b) => nn.mse(a!, b!),
    reference: (a, b) =>
      ref.reduce(
        ref.map2(a!, b!, (x, y) => (x - y) ** 2),
        [0, 1],
        false,
        ref.average,
      ),
  },
];
