import * as nn from '../src/index.ts';
import type { Op } from '../src/op-types.ts';
import type { Sym } from '../src/sym.ts';
import * as ref from './reference.ts';
import type { Ref } from './reference.ts';

/** One row of the op table: how to build it, what it must give, and how far it can be differentiated. */
export interface OpCase {
  readonly name: string;
  /** Primitive ops this row answers for. */
  readonly covers: readonly Op[];
  /** Float inputs by shape; values are drawn in low..high. */
  readonly inputs: readonly (readonly number[])[];
  readonly low?: number;
  readonly high?: number;
  /** Values that must not be equal or near each other or near whole numbers (kinks). */
  readonly spread?: boolean;
  readonly build: (...x: Sym[]) => Sym;
  readonly reference: (...x: Ref[]) => Ref;
  /** 2: gradient and second gradient are checked. 0: the op says it is not differentiable. Default 2. */
  readonly order?: 0 | 1 | 2;
}

const one = (op: Op, build: (x: Sym) => Sym, f: (v: number) => number, options: Partial<OpCase> = {}): OpCase => ({
  name: op,
  covers: [op],
  inputs: [[2, 3]],
  build: (x) => build(x!),
  reference: (x) => ref.map(x!, f),
  ...options,
});
const two = (op: Op, build: (a: Sym, b: Sym) => Sym, f: (a: number, b: number) => number, options: Partial<OpCase> = {}): OpCase => ({
  name: op,
  covers: [op],
  inputs: [
    [2, 3],
    [2, 3],
  ],
  build: (a, b) => build(a!, b!),
  reference: (a, b) => ref.map2(a!, b!, f),
  ...options,
});
const asFloat = (x: Sym): Sym => nn.cast(x, 'float32');
const ints = (values: number[], shape: number[]): Sym => nn.constant(Int32Array.from(values), shape);
const sigmoid = (v: number): number => 1 / (1 + Math.exp(-v));
const phi = (v: number): number => 0.5 * (1 + ref.erf(v * Math.SQRT1_2));
const square = { stride: [1, 1], padding: [0, 0, 0, 0] } as const;

const elementwise: OpCase[] = [
  one('neg', nn.neg, (v) => -v),
  one('exp', nn.exp, Math.exp),
  one('log', nn.log, Math.log, { low: 0.5, high: 2 }),
  one('sqrt', nn.sqrt, Math.sqrt, { low: 0.5, high: 2 }),
  one('abs', nn.abs, Math.abs, { spread: true }),
  one('sign', nn.sign, Math.sign, { spread: true, order: 0 }),
  one('erf', nn.erf, ref.erf),
  one('tanh', nn.tanh, Math.tanh),
  one('sigmoid', nn.sigmoid, sigmoid),
  one('sin', nn.sin, Math.sin),
  one('cos', nn.cos, Math.cos),
  one('floor', nn.floor, Math.floor, { spread: true, order: 0 }),
  one('reciprocal', nn.reciprocal, (v) => 1 / v, { low: 0.5, high: 2 }),
  one('relu', nn.relu, (v) => Math.max(v, 0), { spread: true }),
  one('gelu', nn.gelu, (v) => v * phi(v)),
  one('silu', nn.silu, (v) => v * sigmoid(v)),
  one('softplus', nn.softplus, (v) => Math.log1p(Math.exp(v))),
  one('softplus', nn.softplus, (v) => v + Math.log1p(Math.exp(-v)), { name: 'softplus of large numbers', low: 90, high: 120, order: 1 }),
  one('isPositive', nn.isPositive, (v) => (v > 0 ? 1 : 0), { spread: true, order: 0 }),
  one('stopGradient', nn.stopGradient, (v) => v, { order: 0 }),
  one('cast', (x) => asFloat(nn.cast(x, 'int32')), Math.trunc, { spread: true, order: 0 }),
  one('mul', nn.square, (v) => v * v, { name: 'square' }),
  one(
    'maximum',
    (x) => nn.clamp(x, -0.5, 0.5),
    (v) => Math.min(Math.max(v, -0.5), 0.5),
    { name: 'clamp', covers: ['maximum', 'minimum'], spread: true },
  ),
  two('add', nn.add, (a, b) => a + b),
  two('sub', nn.sub, (a, b) => a - b),
  two('mul', nn.mul, (a, b) => a * b),
  two('div', nn.div, (a, b) => a / b, { low: 0.5, high: 2 }),
  two('pow', nn.pow, (a, b) => a ** b, { low: 0.5, high: 2 }),
  two('maximum', nn.maximum, Math.max, { spread: true }),
  two('minimum', nn.minimum, Math.min, { spread: true }),
  two(
    'equal',
    (a, b) => asFloat(nn.equal(a, b)),
    (a, b) => (a === b ? 1 : 0),
    { order: 0 },
  ),
  two(
    'greater',
    (a, b) => asFloat(nn.greater(a, b)),
    (a, b) => (a > b ? 1 : 0),
    { order: 0, spread: true },
  ),
  two(
    'less',
    (a, b) => asFloat(nn.less(a, b)),
    (a, b) => (a < b ? 1 : 0),
    { order: 0, spread: true },
  ),
  two(
    'and',
    (a, b) => asFloat(nn.and(nn.greater(a, 0), nn.not(nn.greater(b, 0)))),
    (a, b) => (a > 0 && b <= 0 ? 1 : 0),
    { covers: ['and', 'not'], order: 0, spread: true },
  ),
  two(
    'or',
    (a, b) => asFloat(nn.or(nn.greater(a, 0), nn.greater(b, 0))),
    (a, b) => (a > 0 || b > 0 ? 1 : 0),
    { order: 0, spread: true },
  ),
  two(
    'where',
    (a, b) => nn.where(nn.greater(a, 0.1), nn.mul(a, b), nn.exp(b)),
    (a, b) => (a > 0.1 ? a * b : Math.exp(b)),
    { spread: true },
  ),
  two(
    'where',
    (a, b) => nn.where(nn.greater(a, 0.1), b, 0),
    (a, b) => (a > 0.1 ? b : 0),
    { name: 'where, broadcast', inputs: [[2, 1], [3]], spread: true },
  ),
  two('add', nn.add, (a, b) => a + b, { name: 'add, row to matrix', inputs: [[2, 3, 4], [4]] }),
  two('mul', nn.mul, (a, b) => a * b, {
    name: 'mul, both sides broadcast',
    inputs: [
      [2, 1, 4],
      [3, 1],
    ],
  }),
  two('sub', nn.sub, (a, b) => a - b, { name: 'sub, scalar first', inputs: [[], [3, 2]] }),
  two('div', nn.div, (a, b) => a / b, {
    name: 'div, column',
    inputs: [
      [3, 1],
      [3, 4],
    ],
    low: 0.5,
    high: 2,
  }),
];

const reductions: OpCase[] = (
  [
    ['all', [2, 3, 4], undefined, false],
    ['first axis', [5, 3], [0], false],
    ['leading axes', [2, 3, 4], [0, 1], true],
    ['last axis kept', [2, 3, 4], [2], true],
    ['middle axis', [2, 3, 4], [1], false],
    ['size one', [1, 3], [0], false],
  ] as const
).flatMap(([label, shape, axes, keep]): OpCase[] => {
  const all = axes ?? shape.map((_, i) => i);
  const row = (op: Op, build: (x: Sym) => Sym, f: (values: readonly number[]) => number, extra: Partial<OpCase> = {}): OpCase => ({
    name: `${op}, ${label}`,
    covers: [op],
    inputs: [shape],
    build: (x) => nn.mul(build(x!), build(x!)),
    reference: (x) => ref.map(ref.reduce(x!, all, keep, f), (v) => v * v),
    ...extra,
  });
  return [
    row('reduceSum', (x) => nn.sum(x, axes, { keep }), ref.total),
    row('reduceMean', (x) => nn.mean(x, axes, { keep }), ref.average),
    row(
      'reduceMax',
      (x) => nn.max(x, axes, { keep }),
      (values) => Math.max(...values),
      { spread: true },
    ),
  ];
});

const shape: OpCase[] = [
  {
    name: 'reshape',
    covers: ['reshape'],
    inputs: [[2, 6]],
    build: (x) => nn.square(nn.reshape(x!, [3, -1, 2])),
    reference: (x) => ref.map({ shape: [3, 2, 2], data: x!.data }, (v) => v * v),
  },
  {
    name: 'transpose',
    covers: ['transpose'],
    inputs: [[2, 3, 4]],
    build: (x) => nn.square(nn.transpose(x!, [2, 0, 1])),
    reference: (x) => ref.map(ref.transpose(x!, [2, 0, 1]), (v) => v * v),
  },
  {
    name: 'expand',
    covers: ['expand'],
    inputs: [[1, 3, 1]],
    build: (x) => nn.exp(nn.expand(x!, [2, 2, 3, 4])),
    reference: (x) => ref.build([2, 2, 3, 4], (at) => Math.exp(ref.get(x!, at))),
  },
  {
    name: 'expand into product',
    covers: ['expand', 'mul'],
    inputs: [
      [3, 1],
      [3, 4],
    ],
    build: (x, y) => nn.mul(nn.expand(x!, [3, 4]), nn.expand(y!, [3, 4])),
    reference: (x, y) => ref.map2(x!, y!, (a, b) => a * b),
  },
  {
    name: 'concat',
    covers: ['concat'],
    inputs: [
      [2, 1],
      [2, 3],
      [2, 2],
    ],
    build: (a, b, c) => nn.square(nn.concat([a!, b!, c!], -1)),
    reference: (a, b, c) =>
      ref.build([2, 6], ([i, j]) => (j! < 1 ? ref.get(a!, [i!, j!]) : j! < 4 ? ref.get(b!, [i!, j! - 1]) : ref.get(c!, [i!, j! - 4])) ** 2),
  },
  {
    name: 'slice',
    covers: ['slice'],
    inputs: [[5, 4]],
    build: (x) => nn.square(nn.slice(x!, { axis: 0, start: 1, end: -1 })),
    reference: (x) => ref.build([3, 4], ([i, j]) => ref.get(x!, [i! + 1, j!]) ** 2),
  },
  {
    name: 'slice with step',
    covers: ['slice', 'pad'],
    inputs: [[2, 8]],
    build: (x) => nn.square(nn.slice(x!, { axis: 1, start: 1, step: 3 })),
    reference: (x) => ref.build([2, 3], ([i, j]) => ref.get(x!, [i!, 1 + 3 * j!]) ** 2),
  },
  {
    name: 'split, uneven',
    covers: ['split', 'concat'],
    inputs: [[2, 6]],
    build: (x) => {
      const [a, b, c] = nn.split(x!, [1, 2, 3], 1);
      return nn.concat([nn.square(c!), nn.mul(a!, b!)], 1);
    },
    reference: (x) =>
      ref.build([2, 5], ([i, j]) => (j! < 3 ? ref.get(x!, [i!, j! + 3]) ** 2 : ref.get(x!, [i!, 0]) * ref.get(x!, [i!, j! - 2]))),
  },
  {
    name: 'split with a part unused and one used twice',
    covers: ['split', 'pad'],
    inputs: [[6, 2]],
    build: (x) => {
      const [a, , c] = nn.split(x!, 3, 0);
      return nn.add(nn.mul(a!, c!), nn.exp(c!));
    },
    reference: (x) =>
      ref.build([2, 2], ([i, j]) => ref.get(x!, [i!, j!]) * ref.get(x!, [i! + 4, j!]) + Math.exp(ref.get(x!, [i! + 4, j!]))),
  },
  {
    name: 'split into ten',
    covers: ['split'],
    inputs: [[10, 2]],
    build: (x) => nn.addAll(nn.split(x!, 10, 0).map((part, i) => nn.mul(nn.square(part), i + 1))),
    reference: (x) => ref.build([1, 2], ([, j]) => ref.total(Array.from({ length: 10 }, (_, i) => (i + 1) * ref.get(x!, [i, j!]) ** 2))),
  },
  {
    name: 'pad',
    covers: ['pad'],
    inputs: [[2, 3]],
    build: (x) => nn.square(nn.pad(x!, [1, 0], [0, 2], 0.5)),
    reference: (x) => ref.build([3, 5], ([i, j]) => (i! >= 1 && j! < 3 ? ref.get(x!, [i! - 1, j!]) : 0.5) ** 2),
  },
  {
    name: 'flip',
    covers: ['flip'],
    inputs: [
      [2, 3],
      [2, 3],
    ],
    build: (x, y) => nn.mul(nn.flip(x!, 1), y!),
    reference: (x, y) => ref.build([2, 3], ([i, j]) => ref.get(x!, [i!, 2 - j!]) * ref.get(y!, [i!, j!])),
  },
  {
    name: 'stack and squeeze',
    covers: ['reshape', 'concat'],
    inputs: [
      [2, 1],
      [2, 1],
    ],
    build: (a, b) => nn.square(nn.stack([nn.squeeze(a!, 1), nn.squeeze(b!, 1)], 0)),
    reference: (a, b) => ref.build([2, 2], ([i, j]) => ref.get(i === 0 ? a! : b!, [j!, 0]) ** 2),
  },
];

const indexing: OpCase[] = [
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

const products: OpCase[] = [
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

const normalisations: OpCase[] = [
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

const conv = (
  name: string,
  x: readonly number[],
  w: readonly number[],
  options: {
    stride?: [number, number];
    padding?: [number, number, number, number];
    dilation?: [number, number];
    groups?: number;
    bias?: boolean;
  } = {},
): OpCase => ({
  name: `conv2d, ${name}`,
  covers: ['conv2d', 'conv2dInputGradient', 'conv2dWeightGradient'],
  inputs: options.bias === true ? [x, w, [w[0]!]] : [x, w],
  build: (a, b, c) => nn.conv2d(a!, b!, c, options),
  reference: (a, b, c) => ref.conv2d(a!, b!, c, { ...square, ...options }, options.groups ?? 1),
});
const pool = { size: [2, 2], stride: [2, 2], padding: [0, 0, 0, 0] } as const;
const overlapping = { size: [3, 2], stride: [2, 1], padding: [1, 0, 0, 1] } as const;
const largest = (values: readonly (number | undefined)[]): number => Math.max(...values.filter((v) => v !== undefined));
const meanOf = (values: readonly (number | undefined)[]): number => ref.average(values.map((v) => v ?? 0));

const images: OpCase[] = [
  conv('3x3, padding 1, bias', [2, 2, 4, 5], [3, 2, 3, 3], { padding: [1, 1, 1, 1], bias: true }),
  conv('1x1', [2, 3, 2, 2], [2, 3, 1, 1]),
  conv('1x1, stride 2', [1, 2, 4, 3], [2, 2, 1, 1], { stride: [2, 2] }),
  conv('3x3, stride 2, even', [2, 2, 4, 6], [2, 2, 3, 3], { stride: [2, 2], padding: [1, 1, 1, 1] }),
  conv('3x3, stride 2, odd', [1, 2, 5, 5], [2, 2, 3, 3], { stride: [2, 2], padding: [1, 1, 1, 1] }),
  conv('rows and columns unlike', [1, 1, 6, 7], [2, 1, 2, 3], { stride: [1, 2], padding: [0, 1, 1, 2] }),
  conv('dilation', [1, 2, 6, 6], [2, 2, 2, 3], { dilation: [2, 2], padding: [1, 0, 1, 0] }),
  conv('groups', [1, 4, 4, 4], [4, 2, 3, 3], { groups: 2, padding: [1, 1, 1, 1] }),
  conv('depthwise, stride 2', [1, 3, 5, 4], [3, 1, 3, 3], { groups: 3, stride: [2, 2], padding: [1, 1, 1, 1] }),
  conv('stride larger than kernel', [1, 1, 7, 7], [1, 1, 2, 2], { stride: [3, 3] }),
  conv('6 channels to 4 (a WebGPU trap)', [1, 6, 3, 3], [4, 6, 3, 3], { padding: [1, 1, 1, 1] }),
  {
    name: 'maxPool2d, tiles',
    covers: ['maxPool2d', 'upsampleNearest'],
    inputs: [[1, 2, 4, 4]],
    spread: true,
    build: (x) => nn.square(nn.maxPool2d(x!, { size: 2 })),
    reference: (x) =>
      ref.map(
        ref.windows(x!, pool, (_, values) => largest(values)),
        (v) => v * v,
      ),
  },
  {
    name: 'maxPool2d, overlapping',
    covers: ['maxPool2d'],
    inputs: [[1, 2, 5, 4]],
    spread: true,
    build: (x) => nn.square(nn.maxPool2d(x!, overlapping)),
    reference: (x) =>
      ref.map(
        ref.windows(x!, overlapping, (_, values) => largest(values)),
        (v) => v * v,
      ),
  },
  {
    name: 'avgPool2d, tiles',
    covers: ['avgPool2d', 'upsampleNearest'],
    inputs: [[1, 2, 4, 4]],
    build: (x) => nn.square(nn.avgPool2d(x!, { size: 2 })),
    reference: (x) =>
      ref.map(
        ref.windows(x!, pool, (_, values) => meanOf(values)),
        (v) => v * v,
      ),
  },
  {
    name: 'avgPool2d, overlapping',
    covers: ['avgPool2d'],
    inputs: [[1, 2, 5, 4]],
    build: (x) => nn.square(nn.avgPool2d(x!, overlapping)),
    reference: (x) =>
      ref.map(
        ref.windows(x!, overlapping, (_, values) => meanOf(values)),
        (v) => v * v,
      ),
  },
  {
    name: 'globalAveragePool',
    covers: ['reduceMean'],
    inputs: [[2, 2, 3, 2]],
    build: (x) => nn.square(nn.globalAveragePool(x!)),
    reference: (x) => ref.map(ref.reduce(x!, [2, 3], false, ref.average), (v) => v * v),
  },
  {
    name: 'upsampleNearest',
    covers: ['upsampleNearest'],
    inputs: [[1, 2, 2, 3]],
    build: (x) => nn.square(nn.upsampleNearest(x!, [2, 3])),
    reference: (x) => ref.build([1, 2, 4, 9], ([n, c, i, j]) => ref.get(x!, [n!, c!, Math.floor(i! / 2), Math.floor(j! / 3)]) ** 2),
  },
];

const losses: OpCase[] = [
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

export const opCases: readonly OpCase[] = [
  ...elementwise,
  ...reductions,
  ...shape,
  ...indexing,
  ...products,
  ...normalisations,
  ...images,
  ...losses,
];
