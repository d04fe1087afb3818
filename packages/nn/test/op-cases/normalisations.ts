import * as nn from '../../src/index.ts';
import * as ref from '../reference.ts';
import type { Ref } from '../reference.ts';
import type { OpCase } from './op-case.ts';

function layerNorm(x: Ref, gamma: Ref, beta: Ref): Ref {
  const last = [x.shape.length - 1];
  const centred = ref.map2(x, ref.reduce(x, last, true, ref.average), (a, b) => a - b);
  const deviation = ref.map(
    ref.reduce(
      ref.map(centred, (v) => v * v),
      last,
      true,
      ref.average,
    ),
    (v) => Math.sqrt(v + 1e-5),
  );
  return ref.map2(
    ref.map2(
      ref.map2(centred, deviation, (a, b) => a / b),
      gamma,
      (a, b) => a * b,
    ),
    beta,
    (a, b) => a + b,
  );
}
function attention(q: Ref, k: Ref, v: Ref, mask?: Ref): Ref {
  const raw = ref.map(ref.matmul(q, ref.flipLast(k)), (s) => s / Math.sqrt(q.shape.at(-1)!));
  return ref.matmul(ref.softmax(mask === undefined ? raw : ref.map2(raw, mask, (a, b) => a + b), 3), v);
}

export const normalisations: readonly OpCase[] = [
  { name: 'softmax', covers: ['softmax'], inputs: [[2, 4]], build: (x) => nn.softmax(x!), reference: (x) => ref.softmax(x!, 1) },
  { name: 'softmax, axis 0', covers: ['softmax'], inputs: [[3, 2]], build: (x) => nn.softmax(x!, 0), reference: (x) => ref.softmax(x!, 0) },
  {
    name: 'logSoftmax',
    covers: ['logSoftmax'],
    inputs: [[2, 4]],
    build: (x) => nn.logSoftmax(x!),
    reference: (x) => ref.map(ref.softmax(x!, 1), Math.log),
  },
  {
    name: 'layerNorm',
    covers: ['layerNorm', 'layerNormStatistic'],
    inputs: [[2, 2, 5], [5], [5]],
    build: (x, g, b) => nn.layerNorm(x!, g!, b!),
    reference: (x, g, b) => layerNorm(x!, g!, b!),
  },
  {
    name: 'attention',
    covers: ['attention'],
    inputs: [
      [2, 2, 3, 2],
      [2, 2, 4, 2],
      [2, 2, 4, 3],
    ],
    build: (q, k, v) => nn.attention(q!, k!, v!),
    reference: (q, k, v) => attention(q!, k!, v!),
  },
  {
    name: 'attention with mask',
    covers: ['attention'],
    inputs: [
      [1, 2, 3, 2],
      [1, 2, 3, 2],
      [1, 2, 3, 2],
      [1, 1, 1, 3],
    ],
    build: (q, k, v, m) => nn.attention(q!, k!, v!, { mask: m! }),
    reference: (q, k, v, m) => attention(q!, k!, v!, m!),
  },
  {
    name: 'variance',
    covers: ['reduceMean'],
    inputs: [[2, 5]],
    build: (x) => nn.variance(x!, 1),
    reference: (x) => ref.reduce(x!, [1], false, (values) => ref.average(values.map((v) => (v - ref.average(values)) ** 2))),
  },
];
