import type { AttrsOf, Convolution, Window } from '../op-types.ts';
import { describe, make, sameShape, shapeError, type Rule, type Sym } from '../sym.ts';
import { mul } from './elementwise.ts';
import { tiles } from './max-pool.ts';
import { sum } from './reduce.ts';
import { constant } from './source.ts';

type ConvolutionOp = 'conv2d' | 'conv2dInputGradient' | 'conv2dWeightGradient' | 'avgPool2d' | 'upsampleNearest';

/** Output height and width of a window over `height` x `width`. */
export function windowOutput(
  op: string,
  height: number,
  width: number,
  w: Window,
  dilation: readonly [number, number] = [1, 1],
): readonly [number, number] {
  const [top, left, bottom, right] = w.padding;
  const h = Math.floor((height + top + bottom - (dilation[0] * (w.size[0] - 1) + 1)) / w.stride[0]) + 1;
  const v = Math.floor((width + left + right - (dilation[1] * (w.size[1] - 1) + 1)) / w.stride[1]) + 1;
  if (!(h >= 1 && v >= 1))
    throw shapeError(
      op,
      `a picture of at least ${w.size.join('x')} after padding`,
      `${height}x${width} with padding ${w.padding.join(', ')}`,
      'Use a smaller window or more padding.',
    );
  return [h, v];
}

export function checkImage(op: string, x: Sym): void {
  if (x.shape.length !== 4 || x.dtype !== 'float32')
    throw shapeError(op, 'float32 [N, C, H, W]', describe(x), 'Transpose or reshape to channels first.');
}

export const convolutionRules: { [O in ConvolutionOp]: Rule<O> } = {
  conv2d: {
    shape: ([x, w, b], attrs) => {
      checkImage('conv2d', x);
      const [n, c, height, width] = x.shape as [number, number, number, number];
      const [o, cg] = w.shape;
      if (w.shape.length !== 4 || cg! * attrs.groups !== c || o! % attrs.groups !== 0) {
        throw shapeError(
          'conv2d',
          `weights [out, ${c / attrs.groups}, kh, kw] for x ${describe(x)} in ${attrs.groups} group(s)`,
          describe(w),
          "Check the layer's input channels and groups.",
        );
      }
      if (b !== undefined && !sameShape(b.shape, [o!]))
        throw shapeError('conv2d', `a bias of [${o}]`, describe(b), 'One element per output channel.');
      return { shape: [n, o!, ...windowOutput('conv2d', height, width, attrs, attrs.dilation)], dtype: 'float32' };
    },
    gradient: ({ dy, inputs: [x, w, b], attrs }) => {
      const dx = inputGradient(dy, w, { ...attrs, height: x.shape[2]!, width: x.shape[3]! });
      const dw = weightGradient(x, dy, attrs);
      return b === undefined ? [dx, dw] : [dx, dw, sum(dy, [0, 2, 3])];
    },
  },
  // linear in dy and in w, so its own gradients are a convolution and a weight gradient
  conv2dInputGradient: {
    shape: ([dy, w], attrs) => ({ shape: [dy.shape[0]!, w.shape[1]! * attrs.groups, attrs.height, attrs.width], dtype: 'float32' }),
    gradient: ({ dy: g, inputs: [dy, w], attrs }) => [convolve(g, w, undefined, attrs), weightGradient(g, dy, attrs)],
  },
  conv2dWeightGradient: {
    shape: ([x, dy], { size, groups }) => ({ shape: [dy.shape[1]!, x.shape[1]! / groups, ...size], dtype: 'float32' }),
    gradient: ({ dy: g, inputs: [x, dy], attrs }) => [
      inputGradient(dy, g, { ...attrs, height: x.shape[2]!, width: x.shape[3]! }),
      convolve(x, g, undefined, attrs),
    ],
  },
  avgPool2d: {
    shape: ([x], attrs) => {
      checkImage('avgPool2d', x);
      return { shape: [x.shape[0]!, x.shape[1]!, ...windowOutput('avgPool2d', x.shape[2]!, x.shape[3]!, attrs)], dtype: 'float32' };
    },
    gradient: ({ dy, inputs: [x], attrs }) => {
      const [kh, kw] = attrs.size;
      if (tiles(x.shape, attrs)) return [mul(upsampleNearest(dy, attrs.size), 1 / (kh * kw))];
      // a mean is a depthwise convolution with equal weights
      const c = x.shape[1]!;
      const w = constant(new Float32Array(c * kh * kw).fill(1 / (kh * kw)), [c, 1, kh, kw]);
      return [inputGradient(dy, w, { ...attrs, dilation: [1, 1], groups: c, height: x.shape[2]!, width: x.shape[3]! })];
    },
  },
  upsampleNearest: {
    shape: ([x], { scale }) => {
      checkImage('upsampleNearest', x);
      return { shape: [x.shape[0]!, x.shape[1]!, x.shape[2]! * scale[0], x.shape[3]! * scale[1]], dtype: 'float32' };
    },
    gradient: ({ dy, attrs: { scale } }) => [mul(avgPool2d(dy, { size: scale, stride: scale }), scale[0] * scale[1])],
  },
};

export interface PoolOptions {
  readonly size: number | readonly [number, number];
  /** Defaults to `size`. */
  readonly stride?: number | readonly [number, number];
  /** On all sides, [vertical, horizontal], or [top, left, bottom, right]. Default 0. */
  readonly padding?: number | readonly [number, number] | readonly [number, number, number, number];
}
export interface Conv2dOptions {
  readonly stride?: number | readonly [number, number];
  /** On all sides, [vertical, horizontal], or [top, left, bottom, right]. Default 0. */
  readonly padding?: PoolOptions['padding'];
  readonly dilation?: number | readonly [number, number];
  readonly groups?: number;
}

export const pair = (value: number | readonly [number, number]): readonly [number, number] =>
  typeof value === 'number' ? [value, value] : value;

export function sides(padding: PoolOptions['padding'] = 0): Window['padding'] {
  if (typeof padding === 'number') return [padding, padding, padding, padding];
  return padding.length === 2 ? [padding[0], padding[1], padding[0], padding[1]] : padding;
}

function convolve(x: Sym, w: Sym, b: Sym | undefined, attrs: Convolution): Sym {
  const { size, stride, padding, dilation, groups } = attrs;
  return make('conv2d', convolutionRules.conv2d, b === undefined ? [x, w] : [x, w, b], { size, stride, padding, dilation, groups });
}

/** The transposed convolution: what `conv2d` with weights `w` sends back to an input of the given size. */
export function inputGradient(dy: Sym, w: Sym, attrs: AttrsOf<'conv2dInputGradient'>): Sym {
  return make('conv2dInputGradient', convolutionRules.conv2dInputGradient, [dy, w], attrs);
}

function weightGradient(x: Sym, dy: Sym, attrs: Convolution): Sym {
  const { size, stride, padding, dilation, groups } = attrs;
  return make('conv2dWeightGradient', convolutionRules.conv2dWeightGradient, [x, dy], { size, stride, padding, dilation, groups });
}

/** x [N, C, H, W] with w [out, C / groups, kh, kw] and b [out] -> [N, out, h, w]. */
export function conv2d(x: Sym, w: Sym, b?: Sym, options: Conv2dOptions = {}): Sym {
  return convolve(x, w, b, {
    size: [w.shape[2] ?? 1, w.shape[3] ?? 1],
    stride: pair(options.stride ?? 1),
    padding: sides(options.padding),
    dilation: pair(options.dilation ?? 1),
    groups: options.groups ?? 1,
  });
}

export function poolWindow(options: PoolOptions): Window {
  const size = pair(options.size);
  return { size, stride: options.stride === undefined ? size : pair(options.stride), padding: sides(options.padding) };
}

/** Mean of each window; padded zeros count, as PyTorch's default has it. */
export function avgPool2d(x: Sym, options: PoolOptions): Sym {
  return make('avgPool2d', convolutionRules.avgPool2d, [x], poolWindow(options));
}

/** Repeats each pixel scale[0] times down and scale[1] times across. */
export function upsampleNearest(x: Sym, scale: readonly [number, number]): Sym {
  return make('upsampleNearest', convolutionRules.upsampleNearest, [x], { scale });
}
