import * as nn from '../../src/index.ts';
import * as ref from '../reference.ts';
import type { Ref } from '../reference.ts';
import type { OpCase } from './op-case.ts';
import { convTranspose2d } from './sequences.ts';

const TAPS = [1, 3, 3, 1];

/** Zeros between the pixels (`up`), zeros around ([before, after]), then the taps in both directions, summing to `gain`. */
function filtered(x: Ref, up: number, [before, after]: readonly [number, number], gain: number, taps = TAPS): Ref {
  const [n, c, h, w] = x.shape as [number, number, number, number];
  const sum = ref.total(taps);
  const size = (length: number): number => length * up + before + after - taps.length + 1;
  return ref.build([n, c, size(h), size(w)], ([b, q, i, j]) => {
    let total = 0;
    taps.forEach((a, u) =>
      taps.forEach((d, t) => {
        const [row, column] = [i! + u - before, j! + t - before];
        if (row >= 0 && column >= 0 && row % up === 0 && column % up === 0 && row < h * up && column < w * up)
          total += ((gain * a * d) / sum ** 2) * ref.get(x, [b!, q!, row / up, column / up]);
      }),
    );
    return total;
  });
}

/** As published: a kernel of its own for every sample. */
function modulated(x: Ref, w: Ref, style: Ref, convolve: (x: Ref, w: Ref) => Ref, demodulate: boolean): Ref {
  const [n, c] = x.shape as [number, number];
  const samples = Array.from({ length: n }, (_, b) => {
    const scaled = ref.build(w.shape, (at) => ref.get(w, at) * ref.get(style, [b, at[1]!]));
    const norms = ref.reduce(scaled, [1, 2, 3], true, (values) => Math.sqrt(ref.total(values.map((v) => v * v)) + 1e-8));
    const kernel = demodulate ? ref.map2(scaled, norms, (v, m) => v / m) : scaled;
    return convolve(
      ref.build([1, c, x.shape[2]!, x.shape[3]!], (at) => ref.get(x, [b, ...at.slice(1)])),
      kernel,
    );
  });
  return ref.build([n, ...samples[0]!.shape.slice(1)], (at) => ref.get(samples[at[0]!]!, [0, ...at.slice(1)]));
}

const row = (
  name: string,
  x: readonly number[],
  w: readonly number[],
  options: nn.ModulatedConv2dOptions,
  convolve: (x: Ref, w: Ref) => Ref,
): OpCase => ({
  name: `modulatedConv2d, ${name}`,
  covers: ['conv2d', 'conv2dInputGradient'],
  inputs: [x, w, [x[0]!, x[1]!]],
  low: 0.6,
  build: (a, b, s) => nn.modulatedConv2d(a!, b!, s!, options),
  reference: (a, b, s) => modulated(a!, b!, s!, convolve, options.demodulate ?? true),
});
const plain = { padding: [1, 1, 1, 1], stride: [1, 1] } as const;

export const style: readonly OpCase[] = [
  row('3x3', [2, 2, 3, 2], [3, 2, 3, 3], {}, (x, w) => ref.conv2d(x, w, undefined, plain, 1)),
  row('1x1, not demodulated', [2, 3, 1, 2], [1, 3, 1, 1], { demodulate: false }, (x, w) =>
    ref.conv2d(x, w, undefined, { ...plain, padding: [0, 0, 0, 0] }, 1),
  ),
  row('up', [1, 2, 2, 3], [2, 2, 3, 3], { resample: 'up' }, (x, w) =>
    filtered(
      convTranspose2d(x, ref.transpose(w, [1, 0, 2, 3]), undefined, {
        stride: [2, 2],
        padding: [0, 0, 0, 0],
        dilation: [1, 1],
        outputPadding: [0, 0],
      }),
      1,
      [1, 1],
      4,
    ),
  ),
  row('down', [1, 1, 4, 6], [2, 1, 3, 3], { resample: 'down' }, (x, w) =>
    ref.conv2d(filtered(x, 1, [2, 2], 1), w, undefined, { padding: [0, 0, 0, 0], stride: [2, 2] }, 1),
  ),
  {
    name: 'upsampleBlurred',
    covers: ['conv2dInputGradient'],
    inputs: [[1, 2, 2, 3]],
    build: (x) => nn.square(nn.upsampleBlurred(x!)),
    reference: (x) => ref.map(filtered(x!, 2, [2, 1], 4), (v) => v * v),
  },
  {
    name: 'blur2d, three taps',
    covers: ['conv2d'],
    inputs: [[2, 1, 3, 4]],
    build: (x) => nn.square(nn.blur2d(x!, [1, 2, 1], { padding: 1, gain: 2 })),
    reference: (x) => ref.map(filtered(x!, 1, [1, 1], 2, [1, 2, 1]), (v) => v * v),
  },
];
