import * as nn from '../../src/index.ts';
import * as ref from '../reference.ts';
import type { Ref } from '../reference.ts';
import type { OpCase } from './op-case.ts';

type Triple = readonly [number, number, number];
interface Window3 {
  readonly size: Triple;
  readonly stride: Triple;
  readonly padding: Triple;
  readonly dilation: Triple;
}

/** Values of each window of x [N, C, D, H, W], undefined where it lies over the padding; folded per output position. */
function windows(
  x: Ref,
  w: Window3,
  channels: number,
  fold: (at: readonly number[], value: (c: number, t: Triple) => number | undefined) => number,
): Ref {
  const [n, , ...full] = x.shape;
  const out = full.map((length, i) => Math.floor((length + 2 * w.padding[i]! - w.dilation[i]! * (w.size[i]! - 1) - 1) / w.stride[i]!) + 1);
  return ref.build([n!, channels, ...out], (at) =>
    fold(at, (c, tap) => {
      const from = tap.map((t, i) => at[i + 2]! * w.stride[i]! + t * w.dilation[i]! - w.padding[i]!);
      return from.every((z, i) => z >= 0 && z < full[i]!) ? ref.get(x, [at[0]!, c, ...from]) : undefined;
    }),
  );
}

function taps([a, b, c]: Triple): Triple[] {
  return Array.from({ length: a * b * c }, (_, i) => [Math.floor(i / (b * c)), Math.floor(i / c) % b, i % c]);
}

const conv = (
  name: string,
  x: readonly number[],
  w: readonly number[],
  options: { stride?: Triple; padding?: Triple; dilation?: Triple; groups?: number; bias?: boolean } = {},
): OpCase => {
  const { groups = 1 } = options;
  const cg = w[1]!;
  const window: Window3 = { stride: [1, 1, 1], padding: [0, 0, 0], dilation: [1, 1, 1], ...options, size: w.slice(2) as unknown as Triple };
  return {
    name: `conv3d, ${name}`,
    covers: ['conv2d', 'matmul', 'transpose'],
    inputs: options.bias === true ? [x, w, [w[0]!]] : [x, w],
    build: (a, b, c) => nn.conv3d(a!, b!, c, options),
    reference: (a, b, c) =>
      windows(a!, window, w[0]!, (at, value) => {
        const o = at[1]!;
        const first = Math.floor(o / (w[0]! / groups)) * cg;
        let sum = c?.data[o] ?? 0;
        for (let q = 0; q < cg; q++) for (const tap of taps(window.size)) sum += (value(first + q, tap) ?? 0) * ref.get(b!, [o, q, ...tap]);
        return sum;
      }),
  };
};

/** Every element of x laid over the result with its weights, cut by the padding. */
const transposed = (
  name: string,
  x: readonly number[],
  w: readonly number[],
  options: { stride?: Triple; padding?: Triple; dilation?: Triple; outputPadding?: Triple; groups?: number; bias?: boolean },
): OpCase => {
  const { stride = [1, 1, 1], padding = [0, 0, 0], dilation = [1, 1, 1], outputPadding = [0, 0, 0], groups = 1 } = options;
  const size = w.slice(2) as unknown as Triple;
  const [n, channels, ...full] = x as [number, number, number, number, number];
  const [inGroup, perGroup] = [channels / groups, w[1]!];
  const out = full.map((count, i) => (count - 1) * stride[i]! - 2 * padding[i]! + dilation[i]! * (size[i]! - 1) + outputPadding[i]! + 1);
  return {
    name: `convTranspose3d, ${name}`,
    covers: ['conv2dInputGradient', 'matmul', 'transpose'],
    inputs: options.bias === true ? [x, w, [perGroup * groups]] : [x, w],
    build: (a, b, c) => nn.convTranspose3d(a!, b!, c, options),
    reference: (a, b, c) =>
      ref.build([n, perGroup * groups, ...out], ([sample, channel, ...at]) => {
        const group = Math.floor(channel! / perGroup);
        let total = c?.data[channel!] ?? 0;
        for (const tap of taps(size)) {
          const from = tap.map((t, i) => (at[i]! + padding[i]! - t * dilation[i]!) / stride[i]!);
          if (!from.every((z, i) => Number.isInteger(z) && z >= 0 && z < full[i]!)) continue;
          for (let q = group * inGroup; q < (group + 1) * inGroup; q++)
            total += ref.get(a!, [sample!, q, ...from]) * ref.get(b!, [q, channel! - group * perGroup, ...tap]);
        }
        return total;
      }),
  };
};

const whole: Window3 = { size: [2, 2, 2], stride: [2, 2, 2], padding: [0, 0, 0], dilation: [1, 1, 1] };
const uneven: Window3 = { size: [3, 2, 3], stride: [2, 1, 2], padding: [1, 0, 1], dilation: [1, 1, 1] };
const largest = (x: Ref, w: Window3): Ref =>
  windows(x, w, x.shape[1]!, (at, value) => Math.max(...taps(w.size).map((t) => value(at[1]!, t) ?? -Infinity)));
const meanOf = (x: Ref, w: Window3): Ref =>
  windows(x, w, x.shape[1]!, (at, value) => ref.average(taps(w.size).map((t) => value(at[1]!, t) ?? 0)));
const square = (x: Ref): Ref => ref.map(x, (v) => v * v);

export const volumes: readonly OpCase[] = [
  conv('3x3x3, padding 1, bias', [1, 2, 3, 3, 2], [2, 2, 3, 3, 3], { padding: [1, 1, 1], bias: true }),
  conv('stride 2', [1, 2, 4, 4, 4], [2, 2, 3, 3, 3], { padding: [1, 1, 1], stride: [2, 2, 2] }),
  conv('axes unlike', [2, 1, 4, 3, 5], [2, 1, 2, 1, 3], { stride: [1, 2, 1], padding: [1, 0, 1], dilation: [2, 1, 2] }),
  conv('groups', [1, 4, 2, 2, 2], [2, 2, 2, 2, 2], { groups: 2, padding: [1, 0, 1] }),
  conv('1x1x1', [2, 2, 2, 1, 2], [3, 2, 1, 1, 1]),
  conv('3 channels to 4 (9 in the picture: a WebGPU trap)', [1, 3, 2, 3, 2], [4, 3, 3, 3, 3], { padding: [1, 1, 1] }),
  transposed('stride 2, padding 1, bias', [1, 2, 2, 2, 3], [2, 2, 2, 3, 2], {
    stride: [2, 2, 1],
    padding: [0, 1, 1],
    outputPadding: [1, 0, 0],
    bias: true,
  }),
  transposed('groups, dilated in depth', [1, 4, 2, 2, 1], [4, 1, 2, 1, 2], { groups: 2, dilation: [2, 1, 1] }),
  {
    name: 'conv3d, relu, batchNorm, conv3d, mean',
    covers: ['batchNorm', 'reduceMean'],
    inputs: [[1, 2, 3, 2, 2], [2, 2, 2, 1, 1], [2], [1, 2, 1, 2, 2]],
    // depth first all the way: no transposition may be left in the middle
    build: (x, w, g, v) =>
      nn.mean(nn.conv3d(nn.mul(nn.batchNorm(nn.silu(nn.conv3d(x!, w!)), g!, nn.zeros([2]), { epsilon: 0.1 }).y, 2), v!), [2, 3, 4]),
    reference: (x, w, g, v) => {
      const plain: Window3 = { ...whole, stride: [1, 1, 1] };
      const convolve = (a: Ref, k: Ref): Ref =>
        windows(a, { ...plain, size: k.shape.slice(2) as unknown as Triple }, k.shape[0]!, (at, value) =>
          ref.total(
            [0, 1].flatMap((c) => taps(k.shape.slice(2) as unknown as Triple).map((t) => value(c, t)! * ref.get(k, [at[1]!, c, ...t]))),
          ),
        );
      const y = ref.map(convolve(x!, w!), (u) => u / (1 + Math.exp(-u)));
      const broad = (t: Ref): Ref => ({ shape: [1, 2, 1, 1, 1], data: t.data });
      const centred = ref.map2(y, broad(ref.reduce(y, [0, 2, 3, 4], false, ref.average)), (a, m) => a - m);
      const spread = ref.reduce(centred, [0, 2, 3, 4], false, (values) => Math.sqrt(ref.average(values.map((u) => u * u)) + 0.1));
      const scale = ref.map2(g!, spread, (a, s) => (2 * a) / s);
      return ref.reduce(
        convolve(
          ref.map2(centred, broad(scale), (a, s) => a * s),
          v!,
        ),
        [2, 3, 4],
        false,
        ref.average,
      );
    },
  },
  ...(
    [
      ['tiles', whole],
      ['overlapping', uneven],
    ] as const
  ).flatMap(([name, w]): OpCase[] => [
    {
      name: `maxPool3d, ${name}`,
      covers: ['maxPool2d'],
      inputs: [[1, 2, 4, 4, 4]],
      spread: true,
      build: (x) => nn.square(nn.maxPool3d(x!, w)),
      reference: (x) => square(largest(x!, w)),
    },
    {
      name: `avgPool3d, ${name}`,
      covers: ['avgPool2d'],
      inputs: [[1, 2, 4, 4, 4]],
      build: (x) => nn.square(nn.avgPool3d(x!, w)),
      reference: (x) => square(meanOf(x!, w)),
    },
  ]),
];
