import * as nn from '../../src/index.ts';
import * as ref from '../reference.ts';
import type { Ref } from '../reference.ts';
import type { OpCase } from './op-case.ts';

const conv = (name: string, x: readonly number[], w: readonly number[], bias: boolean, options: nn.Conv1dOptions = {}): OpCase => ({
  name: `conv1d, ${name}`,
  covers: ['conv2d', 'conv2dInputGradient', 'conv2dWeightGradient'],
  inputs: bias ? [x, w, [w[0]!]] : [x, w],
  build: (a, b, c) => nn.conv1d(a!, b!, c, options),
  reference: (a, b, c) => {
    const { stride = 1, padding = 0, dilation = 1, groups = 1 } = options;
    const [left, right] = typeof padding === 'number' ? [padding, padding] : padding;
    const length = Math.floor((x[2]! + left + right - dilation * (w[2]! - 1) - 1) / stride) + 1;
    const outputs = w[0]! / groups;
    return ref.build([x[0]!, w[0]!, length], ([n, o, i]) => {
      let sum = c === undefined ? 0 : ref.get(c, [o!]);
      for (let q = 0; q < w[1]!; q++) {
        for (let t = 0; t < w[2]!; t++) {
          const at = i! * stride - left + t * dilation;
          if (at >= 0 && at < x[2]!) sum += ref.get(a!, [n!, Math.floor(o! / outputs) * w[1]! + q, at]) * ref.get(b!, [o!, q, t]);
        }
      }
      return sum;
    });
  },
});

/** The definition: every input element lays a copy of the kernel into the result. */
export function convTranspose2d(
  x: Ref,
  w: Ref,
  bias: Ref | undefined,
  options: Required<Omit<nn.ConvTranspose2dOptions, 'groups'>>,
  groups = 1,
): Ref {
  const [n, c, height, width] = x.shape as [number, number, number, number];
  const [, perGroup, kh, kw] = w.shape as [number, number, number, number];
  const [top, left, bottom, right] = options.padding as [number, number, number, number];
  const [s, d, extra] = [options.stride, options.dilation, options.outputPadding] as [number, number][] as [
    [number, number],
    [number, number],
    [number, number],
  ];
  const h = (height - 1) * s[0] - top - bottom + d[0] * (kh - 1) + extra[0] + 1;
  const v = (width - 1) * s[1] - left - right + d[1] * (kw - 1) + extra[1] + 1;
  const y = ref.build([n, perGroup * groups, h, v], ([, o]) => (bias === undefined ? 0 : ref.get(bias, [o!])));
  ref.build([n, c, height, width, perGroup, kh, kw], ([b, q, i, j, o, u, t]) => {
    const row = i! * s[0] - top + u! * d[0];
    const column = j! * s[1] - left + t! * d[1];
    const channel = Math.floor(q! / (c / groups)) * perGroup + o!;
    if (row >= 0 && row < h && column >= 0 && column < v)
      y.data[((b! * perGroup * groups + channel) * h + row) * v + column]! += ref.get(x, [b!, q!, i!, j!]) * ref.get(w, [q!, o!, u!, t!]);
    return 0;
  });
  return y;
}

const transposed = (
  name: string,
  x: readonly number[],
  w: readonly number[],
  options: {
    stride?: [number, number];
    padding?: [number, number, number, number];
    dilation?: [number, number];
    outputPadding?: [number, number];
    groups?: number;
    bias?: boolean;
  } = {},
): OpCase => ({
  name: `convTranspose2d, ${name}`,
  covers: ['conv2dInputGradient', 'conv2dWeightGradient', 'conv2d'],
  inputs: options.bias === true ? [x, w, [w[1]! * (options.groups ?? 1)]] : [x, w],
  build: (a, b, c) => nn.convTranspose2d(a!, b!, c, options),
  reference: (a, b, c) =>
    convTranspose2d(
      a!,
      b!,
      c,
      { stride: [1, 1], padding: [0, 0, 0, 0], dilation: [1, 1], outputPadding: [0, 0], ...options },
      options.groups ?? 1,
    ),
});

const pooled = (
  op: 'maxPool1d' | 'avgPool1d',
  fold: (values: readonly (number | undefined)[]) => number,
  options: { size: number; stride: number; padding: [number, number] },
): OpCase => ({
  name: `${op}, stride ${options.stride}`,
  covers: [op === 'maxPool1d' ? 'maxPool2d' : 'avgPool2d'],
  inputs: [[2, 2, 7]],
  spread: true,
  build: (x) => nn.square((op === 'maxPool1d' ? nn.maxPool1d : nn.avgPool1d)(x!, options)),
  reference: (x) => {
    const [left, right] = options.padding;
    const length = Math.floor((7 + left + right - options.size) / options.stride) + 1;
    return ref.build([2, 2, length], ([n, c, i]) => {
      const values = Array.from({ length: options.size }, (_, t) => {
        const at = i! * options.stride - left + t;
        return at >= 0 && at < 7 ? ref.get(x!, [n!, c!, at]) : undefined;
      });
      return fold(values) ** 2;
    });
  },
});

export const sequences: readonly OpCase[] = [
  conv('padding left only, bias', [2, 2, 5], [3, 2, 3], true, { padding: [2, 0] }),
  conv('stride larger than kernel', [1, 1, 8], [2, 1, 2], false, { stride: 3 }),
  conv('depthwise, dilation', [1, 3, 7], [3, 1, 3], false, { groups: 3, dilation: 2, padding: 1 }),
  conv('length 1', [2, 1, 1], [1, 1, 1], true),
  transposed('4x4, stride 2, padding 1, bias', [1, 2, 3, 2], [2, 3, 4, 4], { stride: [2, 2], padding: [1, 1, 1, 1], bias: true }),
  transposed('output padding', [1, 2, 3, 3], [2, 2, 3, 3], { stride: [2, 2], padding: [1, 1, 1, 1], outputPadding: [1, 0] }),
  transposed('stride 1, uneven padding', [2, 1, 3, 4], [1, 2, 3, 2], { padding: [1, 0, 2, 1] }),
  transposed('padding larger than the kernel reaches', [1, 1, 5, 5], [1, 2, 2, 2], { padding: [2, 1, 1, 2] }),
  transposed('dilation, rows and columns unlike', [1, 2, 2, 3], [2, 1, 2, 3], { stride: [3, 1], dilation: [2, 2], padding: [1, 2, 0, 1] }),
  transposed('groups', [1, 4, 2, 2], [4, 2, 3, 3], { stride: [2, 2], groups: 2 }),
  transposed('depthwise, stride larger than kernel', [1, 3, 2, 3], [3, 1, 2, 2], { stride: [3, 3], groups: 3, outputPadding: [2, 1] }),
  transposed('groups of 2 inputs and 1 output (a WebGPU trap)', [1, 4, 2, 2], [4, 1, 2, 2], { stride: [2, 2], groups: 2 }),
  transposed('one pixel', [1, 1, 1, 1], [1, 1, 1, 1]),
  {
    name: 'convTranspose1d',
    covers: ['conv2dInputGradient'],
    inputs: [[2, 2, 3], [2, 1, 3], [2]],
    build: (x, w, b) => nn.convTranspose1d(x!, w!, b, { stride: 2, padding: [1, 0], outputPadding: 1, groups: 2 }),
    reference: (x, w, b) => {
      const { data, shape } = convTranspose2d(
        { shape: [2, 2, 1, 3], data: x!.data },
        { shape: [2, 1, 1, 3], data: w!.data },
        b,
        { stride: [1, 2], padding: [0, 1, 0, 0], dilation: [1, 1], outputPadding: [0, 1] },
        2,
      );
      return { shape: [shape[0]!, shape[1]!, shape[3]!], data };
    },
  },
  pooled('maxPool1d', (values) => Math.max(...values.filter((v) => v !== undefined)), { size: 3, stride: 2, padding: [1, 0] }),
  pooled('avgPool1d', (values) => ref.average(values.map((v) => v ?? 0)), { size: 2, stride: 3, padding: [0, 1] }),
];
