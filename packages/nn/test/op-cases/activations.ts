import * as nn from '../../src/index.ts';
import type { Sym } from '../../src/sym.ts';
import * as ref from '../reference.ts';
import { one, type OpCase } from './op-case.ts';

const sigmoid = (v: number): number => 1 / (1 + Math.exp(-v));
const limited = (v: number, low: number, high: number): number => Math.min(Math.max(v, low), high);

/** Several functions of one input in one graph, side by side: a graph costs more than a function on slow devices. */
const several = (
  name: string,
  functions: readonly (readonly [build: (x: Sym) => Sym, f: (v: number) => number])[],
  options: Partial<OpCase> = {},
): OpCase => ({
  name,
  covers: [],
  inputs: [[3, 5]],
  low: -4,
  high: 8,
  spread: true,
  build: (x) =>
    nn.concat(
      functions.map(([build]) => build(x!)),
      0,
    ),
  reference: (x) => ({ shape: [3 * functions.length, 5], data: Float64Array.from(functions.flatMap(([, f]) => [...x!.data].map(f))) }),
  ...options,
});

export const activations: readonly OpCase[] = [
  one(
    'clamp',
    (x) => nn.clamp(x, -0.5, 0.5),
    (v) => limited(v, -0.5, 0.5),
    { spread: true },
  ),
  several(
    'leaky ReLU, ReLU6, hard sigmoid and swish',
    [
      [(x) => nn.leakyRelu(x, 0.2), (v) => (v > 0 ? v : 0.2 * v)],
      [nn.relu6, (v) => limited(v, 0, 6)],
      [nn.hardSigmoid, (v) => limited(v + 3, 0, 6) / 6],
      [nn.hardSwish, (v) => (v * limited(v + 3, 0, 6)) / 6],
    ],
    { covers: ['leakyRelu'] },
  ),
  several('ELU, SELU, CELU', [
    [(x) => nn.elu(x, 0.7), (v) => (v > 0 ? v : 0.7 * Math.expm1(v))],
    [nn.selu, (v) => 1.0507009873554805 * (v > 0 ? v : 1.6732632423543772 * Math.expm1(v))],
    [(x) => nn.celu(x, 2), (v) => (v > 0 ? v : 2 * Math.expm1(v / 2))],
  ]),
  several(
    'tanh GELU, mish, softsign',
    [
      [nn.geluTanh, (v) => 0.5 * v * (1 + Math.tanh(Math.sqrt(2 / Math.PI) * (v + 0.044715 * v ** 3)))],
      [nn.mish, (v) => v * Math.tanh(Math.log1p(Math.exp(v)))],
      [nn.softsign, (v) => v / (1 + Math.abs(v))],
    ],
    { low: -3, high: 3 },
  ),
  {
    name: 'PReLU, one slope per channel',
    covers: [],
    inputs: [[2, 3, 1, 2], [3]],
    spread: true,
    build: (x, a) => nn.prelu(x!, a!),
    reference: (x, a) => ref.build(x!.shape, (at) => ((v) => (v > 0 ? v : v * a!.data[at[1]!]!))(ref.get(x!, at))),
  },
  {
    name: 'GLU and maxout',
    covers: [],
    inputs: [[2, 6, 2]],
    spread: true,
    build: (x) => nn.concat([nn.glu(x!, 1), nn.maxout(x!, 2)], 1),
    reference: (x) =>
      ref.build([2, 6, 2], ([n, c, i]) =>
        c! < 3
          ? ref.get(x!, [n!, c!, i!]) * sigmoid(ref.get(x!, [n!, c! + 3, i!]))
          : Math.max(ref.get(x!, [n!, 2 * (c! - 3), i!]), ref.get(x!, [n!, 2 * (c! - 3) + 1, i!])),
      ),
  },
  {
    name: 'ACON-C, beta per pixel',
    covers: [],
    inputs: [[2, 3, 1, 2], [3], [3], [2, 3, 1, 2]],
    build: (x, p1, p2, beta) => nn.aconC(x!, p1!, p2!, beta!),
    reference: (x, p1, p2, beta) =>
      ref.build(x!.shape, (at) => {
        const [a, b] = [p1!.data[at[1]!]!, p2!.data[at[1]!]!];
        const steep = (a - b) * ref.get(x!, at);
        return steep * sigmoid(ref.get(beta!, at) * steep) + b * ref.get(x!, at);
      }),
  },
  several(
    'round, ceil',
    [
      [(x) => nn.round(x), (v) => Math.round(v)],
      [(x) => nn.ceil(x), Math.ceil],
    ],
    { order: 0 },
  ),
  one(
    'mul',
    (x) => nn.hardThreshold(x, 0.5),
    (v) => (Math.abs(v) > 0.5 ? v : 0),
    { name: 'hard threshold', covers: [], spread: true },
  ),
  {
    name: 'a gradient rule of its own',
    covers: ['withGradient'],
    inputs: [[2, 3]],
    // exp as a value, with its rule written by hand from the result
    build: (x) => nn.withGradient(nn.exp(x!), [x!], (dy, y) => [nn.mul(dy, y)]),
    reference: (x) => ref.map(x!, Math.exp),
  },
];
