import * as nn from '../../src/index.ts';
import * as ref from '../reference.ts';
import type { Ref } from '../reference.ts';
import type { OpCase } from './op-case.ts';

/** (x - mean) / sqrt(variance + epsilon) within each part that `part` names by the coordinates. */
function normalised(x: Ref, part: (at: readonly number[]) => string, epsilon = 1e-5): Ref {
  const groups = new Map<string, number[]>();
  ref.build(x.shape, (at) => {
    const key = part(at);
    groups.set(key, [...(groups.get(key) ?? []), ref.get(x, at)]);
    return 0;
  });
  return ref.build(x.shape, (at) => {
    const values = groups.get(part(at))!;
    const mean = ref.average(values);
    return (ref.get(x, at) - mean) / Math.sqrt(ref.average(values.map((v) => (v - mean) ** 2)) + epsilon);
  });
}
/** gamma x + beta with one element per channel. */
const affine = (x: Ref, gamma: Ref, beta: Ref): Ref =>
  ref.build(x.shape, (at) => ref.get(x, at) * ref.get(gamma, [at[1]!]) + ref.get(beta, [at[1]!]));

export const sampleNorms: readonly OpCase[] = [
  {
    name: 'instanceNorm',
    covers: ['batchNorm', 'batchStatistic'],
    inputs: [[2, 2, 2, 3], [2], [2]],
    build: (x, g, b) => nn.instanceNorm(x!, g, b),
    reference: (x, g, b) =>
      affine(
        normalised(x!, ([n, c]) => `${n} ${c}`),
        g!,
        b!,
      ),
  },
  {
    name: 'instanceNorm of a sequence, plain, fast',
    covers: ['batchNorm'],
    inputs: [[1, 3, 4]],
    build: (x) => nn.square(nn.instanceNorm(x!, undefined, undefined, { variance: 'fast', epsilon: 0.1 })),
    reference: (x) =>
      ref.map(
        normalised(x!, ([n, c]) => `${n} ${c}`, 0.1),
        (v) => v * v,
      ),
  },
  {
    name: 'groupNorm',
    covers: ['batchNorm'],
    inputs: [[2, 4, 3], [4], [4]],
    build: (x, g, b) => nn.groupNorm(x!, 2, g, b),
    reference: (x, g, b) =>
      affine(
        normalised(x!, ([n, c]) => `${n} ${Math.floor(c! / 2)}`),
        g!,
        b!,
      ),
  },
  {
    name: 'groupNorm, one group of 3-d maps',
    covers: ['batchNorm'],
    inputs: [[2, 1, 2, 1, 2]],
    build: (x) => nn.square(nn.groupNorm(x!, 1)),
    reference: (x) =>
      ref.map(
        normalised(x!, ([n]) => `${n}`),
        (v) => v * v,
      ),
  },
  {
    name: 'adaptiveInstanceNorm, numbers',
    covers: ['batchNorm'],
    inputs: [
      [2, 2, 3, 1],
      [2, 2],
      [2, 2],
    ],
    build: (x, s, t) => nn.adaptiveInstanceNorm(x!, s!, t!),
    reference: (x, s, t) => {
      const y = normalised(x!, ([n, c]) => `${n} ${c}`);
      return ref.build(y.shape, (at) => ref.get(y, at) * ref.get(s!, at.slice(0, 2)) + ref.get(t!, at.slice(0, 2)));
    },
  },
  {
    name: 'adaptiveInstanceNorm, maps',
    covers: ['batchNorm'],
    inputs: [
      [1, 2, 2, 2],
      [1, 2, 2, 2],
      [1, 2, 2, 2],
    ],
    build: (x, s, t) => nn.adaptiveInstanceNorm(x!, nn.add(s!, 1), t!),
    reference: (x, s, t) => {
      const y = normalised(x!, ([n, c]) => `${n} ${c}`);
      return ref.build(y.shape, (at) => ref.get(y, at) * (1 + ref.get(s!, at)) + ref.get(t!, at));
    },
  },
  {
    name: 'rmsNorm',
    covers: ['reduceMean'],
    inputs: [[2, 2, 3], [3]],
    build: (x, g) => nn.rmsNorm(x!, g!),
    reference: (x, g) =>
      ref.build(x!.shape, (at) => {
        const row = [0, 1, 2].map((i) => ref.get(x!, [at[0]!, at[1]!, i]) ** 2);
        return (ref.get(x!, at) / Math.sqrt(ref.average(row) + 1e-6)) * ref.get(g!, [at[2]!]);
      }),
  },
  {
    name: 'layerNorm over two axes',
    covers: ['layerNorm'],
    inputs: [
      [2, 3, 2],
      [3, 2],
      [3, 2],
    ],
    build: (x, g, b) => nn.layerNorm(x!, g!, b!),
    reference: (x, g, b) => {
      const y = normalised(x!, ([n]) => `${n}`);
      return ref.map2(
        ref.map2(y, g!, (v, w) => v * w),
        b!,
        (v, w) => v + w,
      );
    },
  },
  {
    name: 'spectralNorm by given vectors',
    covers: ['stopGradient', 'matmul', 'div'],
    inputs: [[2, 3, 1, 2]],
    low: 0.5,
    high: 2,
    build: (w) => nn.spectralNorm(w!, nn.constant(LEFT, [2]), nn.constant(RIGHT, [6]), { iterations: 0 }).weight,
    reference: (w) => {
      const sigma = ref.total([...w!.data].map((v, i) => LEFT[Math.floor(i / 6)]! * v * RIGHT[i % 6]!));
      return ref.map(w!, (v) => v / sigma);
    },
  },
  {
    name: 'spectralNorm, many iterations',
    covers: ['matmul'],
    inputs: [[2, 3]],
    order: 0,
    build: (w) => nn.spectralNorm(w!, nn.constant(LEFT, [2]), nn.constant(RIGHT.slice(0, 3), [3]), { iterations: 30 }).weight,
    reference: (w) => {
      // largest eigenvalue of w w^T, a 2 x 2 matrix
      const product = ref.matmul(w!, ref.flipLast(w!)).data;
      const half = (product[0]! + product[3]!) / 2;
      const largest = half + Math.sqrt(half ** 2 - (product[0]! * product[3]! - product[1]! * product[2]!));
      return ref.map(w!, (v) => v / Math.sqrt(largest));
    },
  },
];

const LEFT = Float32Array.of(0.6, 0.8);
const RIGHT = Float32Array.of(0.5, 0.1, 0.7, 0.3, 0.4, 0.2);
