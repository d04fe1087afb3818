import * as nn from '../../src/index.ts';
import * as ref from '../reference.ts';
import type { OpCase } from './op-case.ts';

export const products: readonly OpCase[] = [
  ...[false, true].flatMap((transA) =>
    [false, true].map((transB): OpCase => ({
      name: `matmul${transA ? ', a transposed' : ''}${transB ? ', b transposed' : ''}, batch broadcast`,
      covers: ['matmul'],
      inputs: [transA ? [2, 3, 2] : [2, 2, 3], transB ? [4, 3] : [3, 4]],
      build: (a, b) => nn.matmul(a!, b!, { transA, transB, alpha: 0.5 }),
      reference: (a, b) => ref.map(ref.matmul(transA ? ref.flipLast(a!) : a!, transB ? ref.flipLast(b!) : b!), (v) => v * 0.5),
    })),
  ),
  {
    name: 'matmul of matrices',
    covers: ['matmul'],
    inputs: [
      [2, 3],
      [3, 4],
    ],
    build: (a, b) => nn.matmul(a!, b!),
    reference: (a, b) => ref.matmul(a!, b!),
  },
  {
    name: 'dense with bias',
    covers: ['gemm'],
    inputs: [[2, 2, 3], [3, 4], [4]],
    build: (x, w, b) => nn.square(nn.dense(x!, w!, b!)),
    reference: (x, w, b) =>
      ref.map(
        ref.map2(ref.matmul(x!, w!), b!, (u, v) => u + v),
        (v) => v * v,
      ),
  },
  {
    name: 'dense without bias',
    covers: ['matmul'],
    inputs: [
      [1, 3],
      [3, 1],
    ],
    build: (x, w) => nn.dense(x!, w!),
    reference: (x, w) => ref.matmul(x!, w!),
  },
];
