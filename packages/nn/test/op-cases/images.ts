import * as nn from '../../src/index.ts';
import * as ref from '../reference.ts';
import type { OpCase } from './op-case.ts';

const square = { stride: [1, 1], padding: [0, 0, 0, 0] } as const;

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

export const images: readonly OpCase[] = [
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
  conv('1x1, stride 2, 6 channels to 4 (a WebGPU trap)', [1, 6, 3, 3], [4, 6, 1, 1], { stride: [2, 2] }),
  conv('groups of 6 outputs (a WebGPU trap)', [1, 4, 3, 2], [12, 2, 1, 1], { groups: 2, bias: true }),
  conv('groups of 5 outputs of 10 (a WebGPU trap)', [1, 2, 2, 3], [10, 1, 1, 1], { groups: 2 }),
  conv('6 channels to 4 (a WebGPU trap)', [1, 6, 3, 3], [4, 6, 3, 3], { padding: [1, 1, 1, 1] }),
  conv('8 channels (weights by one convolution), stride 2, a row left over', [2, 8, 6, 5], [3, 8, 3, 3], { stride: [2, 2] }),
  conv('8 channels, stretched, padding unlike', [1, 8, 5, 3], [2, 8, 2, 2], { dilation: [2, 1], padding: [1, 0, 0, 2] }),
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
