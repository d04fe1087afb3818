import { conv2d, input } from '@verilens/nn';
import type { Attributes, Graph } from './graph.ts';
import { backward, type Race } from './race.ts';

/** A 3x3 convolution with padding 1. */
interface Shape {
  readonly n: number;
  readonly c: number;
  readonly o: number;
  /** Height and width of its input. */
  readonly size: number;
  readonly stride: 1 | 2;
}

const SHAPES: readonly Shape[] = [
  { n: 64, c: 64, o: 64, size: 16, stride: 2 },
  { n: 64, c: 16, o: 16, size: 32, stride: 1 },
  { n: 64, c: 3, o: 32, size: 32, stride: 1 },
  { n: 64, c: 32, o: 64, size: 32, stride: 2 },
  { n: 16, c: 64, o: 64, size: 56, stride: 1 },
];
const shapes = (part: number): Shape[] => SHAPES.map((s) => ({ ...s, n: s.n / part }));
const TAPS: readonly number[] = [0, 1, 2, 3, 4, 5, 6, 7, 8];

const label = ({ n, c, o, size, stride }: Shape): string => `${n}x${c}x${size}x${size} -> ${o}, stride ${stride}`;
const window = (stride: number): Attributes => ({ kernel_shape: [3, 3], strides: [stride, stride], pads: [1, 1, 1, 1] });
const unused = (shape: readonly number[]): ReturnType<typeof input> => input('unused', { shape, dtype: 'float32' });

export function weightGradients(part: number): Race[] {
  return shapes(part).map((s) => ({
    op: 'convolution 3x3, towards weights',
    shape: label(s),
    inputs: { x: { shape: [s.n, s.c, s.size, s.size] }, dy: { shape: [s.n, s.o, s.size / s.stride, s.size / s.stride] } },
    used: s.c === 3 ? 'one-hot convolution, patches on the left' : 'the batch as channels, channels last',
    ours: ({ x, dy }) => [backward(conv2d(x!, unused([s.o, s.c, 3, 3]), undefined, { padding: 1, stride: s.stride }), dy!)[1]!],
    others: {
      ...(s.c === 3
        ? { 'the batch as channels, channels last': (g: Graph) => [channelsLast(g, s)] }
        : { 'patches on the left': (g: Graph) => [patchesLeft(g, s)] }),
      'patches on the right': (g) => [patchesRight(g, s)],
      'the batch as channels, channels first': (g) => [batchAsChannels(g, s)],
      'slices and concat': (g) => [slicesAndConcat(g, s)],
      'nine products': (g) => [nineProducts(g, s)],
    },
  }));
}

/** Patches [N, 9 C, h, w] that a convolution with one-hot kernels cuts out. */
function patches(g: Graph, { c, stride }: Shape): string {
  const kernel = new Array<number>(c * 81).fill(0);
  for (let i = 0; i < c; i++) for (const t of TAPS) kernel[(i * 9 + t) * 9 + t] = 1;
  return g.node('Conv', ['x', g.floats(kernel, [c * 9, 1, 3, 3])], { ...window(stride), group: c });
}

/** Patches times dy, picture by picture. */
function patchesLeft(g: Graph, s: Shape): string {
  const { n, c, o, size, stride } = s;
  const pixels = (size / stride) ** 2;
  const each = g.fused(g.reshape(patches(g, s), [n, c * 9, pixels]), g.reshape('dy', [n, o, pixels]), { transB: true });
  return g.reshape(g.transpose(g.sum(each, [0]), [1, 0]), [o, c, 3, 3]);
}

/** dy as a kernel that moves over x [1, N, H, W C]. */
function channelsLast(g: Graph, { n, c, o, size, stride }: Shape): string {
  const small = size / stride;
  const rows = g.reshape(g.transpose(g.reshape('x', [n, c, size * size]), [0, 2, 1]), [1, n, size, size * c]);
  const far = (small - 1) * stride + 2 - size;
  const moved = g.node('Conv', [rows, g.transpose('dy', [1, 0, 2, 3])], {
    kernel_shape: [small, small],
    pads: [1, c, far, far * c],
    dilations: [stride, stride * c],
  });
  return g.reshape(g.transpose(g.reshape(moved, [o, 9, c]), [0, 2, 1]), [o, c, 3, 3]);
}

/** dy times patches. */
function patchesRight(g: Graph, s: Shape): string {
  const { n, c, o, size, stride } = s;
  const pixels = (size / stride) ** 2;
  const each = g.fused(g.reshape('dy', [n, o, pixels]), g.reshape(patches(g, s), [n, c * 9, pixels]), { transB: true });
  return g.reshape(g.sum(each, [0]), [o, c, 3, 3]);
}

/** x [C, N, H, W] convolved with dy [O, N, h, w], spread by the stride. */
function batchAsChannels(g: Graph, { size, stride }: Shape): string {
  const small = size / stride;
  const whole = g.node('Conv', [g.transpose('x', [1, 0, 2, 3]), g.transpose('dy', [1, 0, 2, 3])], {
    kernel_shape: [small, small],
    pads: [1, 1, 1, 1],
    dilations: [stride, stride],
  });
  const cut = stride === 1 ? whole : g.node('Slice', [whole, g.ints([0, 0]), g.ints([3, 3]), g.ints([2, 3])]);
  return g.transpose(cut, [1, 0, 2, 3]);
}

/** The pixels under each of the nine taps: [N, C, h, w]. */
function underTaps(g: Graph, { size, stride }: Shape): string[] {
  const padded = g.node('Pad', ['x', g.ints([0, 0, 1, 1, 0, 0, 1, 1]), g.scalar(0)], { mode: 'constant' });
  return TAPS.map((t) => {
    const [top, left] = [Math.floor(t / 3), t % 3];
    const ends = g.ints([top + size, left + size]);
    return g.node('Slice', [padded, g.ints([top, left]), ends, g.ints([2, 3]), g.ints([stride, stride])]);
  });
}

function slicesAndConcat(g: Graph, s: Shape): string {
  const { n, c, o, size, stride } = s;
  const pixels = (size / stride) ** 2;
  const parts = underTaps(g, s).map((part) => g.reshape(part, [n, c, 1, pixels]));
  const patches = g.reshape(g.node('Concat', parts, { axis: 2 }), [n, c * 9, pixels]);
  const each = g.fused(patches, g.reshape('dy', [n, o, pixels]), { transB: true });
  return g.reshape(g.transpose(g.sum(each, [0]), [1, 0]), [o, c, 3, 3]);
}

function nineProducts(g: Graph, s: Shape): string {
  const { n, c, o, size, stride } = s;
  const pixels = (size / stride) ** 2;
  const dy = g.reshape('dy', [n, o, pixels]);
  const parts = underTaps(g, s).map((part) => {
    const each = g.fused(dy, g.reshape(part, [n, c, pixels]), { transB: true });
    return g.reshape(g.sum(each, [0]), [o, c, 1]);
  });
  return g.reshape(g.node('Concat', parts, { axis: 2 }), [o, c, 3, 3]);
}

export function inputGradients(part: number): Race[] {
  return shapes(part)
    .filter(({ c }) => c > 3)
    .map((s) => ({
      op: 'convolution 3x3, towards its input',
      shape: label(s),
      inputs: { w: { shape: [s.o, s.c, 3, 3] }, dy: { shape: [s.n, s.o, s.size / s.stride, s.size / s.stride] } },
      used: s.stride === 1 ? 'kernel turned, blocked natively' : 'four parities natively, ConvTranspose on WASM',
      ours: ({ w, dy }) => [backward(conv2d(unused([s.n, s.c, s.size, s.size]), w!, undefined, { padding: 1, stride: s.stride }), dy!)[0]!],
      others: {
        ConvTranspose: (g) => [g.node('ConvTranspose', ['dy', 'w'], { ...window(s.stride), output_padding: [s.stride - 1, s.stride - 1] })],
        ...(s.stride === 1
          ? { 'kernel turned, plain Conv': (g: Graph) => [turnedKernel(g, s)] }
          : { 'parities, put together by pixels': (g: Graph) => [parities(g, s)] }),
      },
    }));
}

function turnedKernel(g: Graph, { c, o }: Shape): string {
  const turned = g.node('Gather', [g.reshape('w', [o, c, 9]), g.ints(TAPS.toReversed())], { axis: 2 });
  return g.node('Conv', ['dy', g.transpose(g.reshape(turned, [o, c, 3, 3]), [1, 0, 2, 3])], window(1));
}

/** Each parity of row and column is a small convolution of dy. */
function parities(g: Graph, { n, c, o, size }: Shape): string {
  const half = size / 2;
  const flat = g.reshape('w', [o, c, 9]);
  const part = (taps: readonly number[], [height, width]: readonly [number, number]): string => {
    const chosen = g.reshape(g.node('Gather', [flat, g.ints(taps)], { axis: 2 }), [o, c, height, width]);
    const y = g.node('Conv', ['dy', g.transpose(chosen, [1, 0, 2, 3])], {
      kernel_shape: [height, width],
      pads: [0, 0, height - 1, width - 1],
    });
    return g.reshape(y, [n, c, half, half, 1]);
  };
  const row = (left: string, right: string): string => g.reshape(g.node('Concat', [left, right], { axis: 4 }), [n, c, half, 1, size]);
  const even = row(part([4], [1, 1]), part([5, 3], [1, 2]));
  const odd = row(part([7, 1], [2, 1]), part([8, 6, 2, 0], [2, 2]));
  return g.reshape(g.node('Concat', [even, odd], { axis: 3 }), [n, c, size, size]);
}
