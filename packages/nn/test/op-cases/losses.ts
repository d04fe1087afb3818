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
  {
    name: 'crossEntropy with class weights and an ignored label',
    covers: ['logSoftmax', 'oneHot'],
    inputs: [[3, 2]],
    build: (x) => nn.crossEntropy(x!, ints([1, 7, 0], [3]), { classWeights: [1, 3], ignoreIndex: 7 }),
    reference: (x) => {
      const log = (i: number, k: number): number => Math.log(ref.get(ref.softmax(x!, 1), [i, k]));
      return { shape: [], data: Float64Array.of(-(3 * log(0, 1) + log(2, 0)) / 4) };
    },
  },
  {
    name: 'smoothL1',
    covers: ['where', 'abs'],
    inputs: [[5], [5]],
    spread: true,
    build: (a, b) => nn.smoothL1(a!, b!, { knee: 0.4 }),
    reference: (a, b) =>
      ref.reduce(
        ref.map2(a!, b!, (x, y) => (Math.abs(x - y) < 0.4 ? (x - y) ** 2 / 0.8 : Math.abs(x - y) - 0.2)),
        [0],
        false,
        ref.average,
      ),
  },
  {
    name: 'infoNce',
    covers: ['matmul', 'logSoftmax'],
    inputs: [
      [3, 2],
      [3, 2],
    ],
    build: (q, k) => nn.infoNce(q!, k!, { temperature: 0.5 }),
    reference: (q, k) => {
      const unit = (x: ref.Ref): ref.Ref =>
        ref.map2(
          x,
          ref.reduce(x, [1], true, (v) => Math.hypot(...v)),
          (v, n) => v / n,
        );
      const scores = ref.map(ref.matmul(unit(q!), ref.flipLast(unit(k!))), (v) => v / 0.5);
      return { shape: [], data: Float64Array.of(-ref.average([0, 1, 2].map((i) => Math.log(ref.get(ref.softmax(scores, 1), [i, i]))))) };
    },
  },
  {
    name: 'gradientPenalty',
    covers: ['tanh'],
    inputs: [
      [3, 2],
      [1, 2],
    ],
    build: (x, w) => nn.gradientPenalty(nn.sum(nn.tanh(nn.mul(x!, w!)), 1), x!),
    // d tanh(w x) / dx = w (1 - tanh^2)
    reference: (x, w) => ({
      shape: [],
      data: Float64Array.of(ref.total([...ref.map2(x!, w!, (a, b) => (b * (1 - Math.tanh(a * b) ** 2)) ** 2).data]) / 3),
    }),
  },
];
