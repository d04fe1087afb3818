import { describe, sameShape, shapeError, sizeOf, type Sym } from '../sym.ts';
import { avgPool2d, conv2d } from './convolution.ts';
import { maxPool2d } from './max-pool.ts';
import { matmul } from './linear-algebra.ts';
import { reshape, swapDepth, transpose } from './shape.ts';
import { constant } from './source.ts';

export type Triple = readonly [number, number, number];

export interface Pool3dOptions {
  /** One size, or [depth, height, width]. */
  readonly size: number | Triple;
  /** Defaults to `size`. */
  readonly stride?: number | Triple;
  /** On both sides of every axis, or of [depth, height, width]. Default 0. */
  readonly padding?: number | Triple;
}
export interface Conv3dOptions {
  readonly stride?: number | Triple;
  /** On both sides of every axis, or of [depth, height, width]. Default 0. */
  readonly padding?: number | Triple;
  readonly dilation?: number | Triple;
  readonly groups?: number;
}

export const triple = (value: number | Triple): Triple => (typeof value === 'number' ? [value, value, value] : value);
const rest = ([, a, b]: Triple): readonly [number, number] => [a, b];

function checkVolume(op: string, x: Sym): void {
  if (x.shape.length !== 5 || x.dtype !== 'float32')
    throw shapeError(op, 'float32 [N, C, D, H, W]', describe(x), 'Transpose or reshape to channels first, depth before height.');
}

/** How a window moves along the depth. */
export interface DepthWindow {
  readonly size: number;
  readonly stride: number;
  readonly padding: number;
  readonly dilation: number;
}

function depthOutput(op: string, depth: number, { size, stride, padding, dilation }: DepthWindow): number {
  const d = Math.floor((depth + 2 * padding - dilation * (size - 1) - 1) / stride) + 1;
  if (!(d >= 1))
    throw shapeError(
      op,
      `a depth of at least ${dilation * (size - 1) + 1} after padding`,
      `${depth} with padding ${padding}`,
      'Use a shorter kernel or more padding.',
    );
  return d;
}

/**
 * Rows of a matrix [rows, depth] times slices [N, depth, C, H, W]. Picking and adding slices by a product with zeros and ones is
 * several times faster than slicing, padding and joining, forwards and backwards, because products use all threads.
 */
export function mixDepth(x: Sym, rows: number, weight: (row: number, z: number) => number): Sym {
  const [n, depth, ...picture] = x.shape as [number, number, ...number[]];
  const matrix = Float32Array.from({ length: rows * depth }, (_, i) => weight(Math.floor(i / depth), i % depth));
  const mixed = matmul(constant(matrix, [rows, depth]), reshape(x, [n, depth, sizeOf(picture)]));
  return reshape(mixed, [n, rows, ...picture]);
}

/** The matrix with ones that picks the slices under a window: row i * size + t takes slice i * stride + t * dilation - padding. */
export function depthTaps({ size, stride, padding, dilation }: DepthWindow): (row: number, z: number) => number {
  return (row, z) => (z === Math.floor(row / size) * stride + (row % size) * dilation - padding ? 1 : 0);
}

/**
 * x [N, C, D, H, W] with w [out, C / groups, kd, kh, kw] and b [out] -> [N, out, d, h, w]. Written as a two-dimensional
 * convolution of pictures that hold the channels of kd neighbours, which is far faster than the three-dimensional kernels.
 */
export function conv3d(x: Sym, w: Sym, b?: Sym, options: Conv3dOptions = {}): Sym {
  checkVolume('conv3d', x);
  const [n, c, depth, height, width] = x.shape as [number, number, number, number, number];
  const groups = options.groups ?? 1;
  const [o, cg, kd, kh, kw] = w.shape as [number, number, number, number, number];
  if (w.shape.length !== 5 || cg * groups !== c || o % groups !== 0) {
    throw shapeError(
      'conv3d',
      `weights [out, ${c / groups}, kd, kh, kw] for x ${describe(x)} in ${groups} group(s)`,
      describe(w),
      "Check the layer's input channels and groups.",
    );
  }
  const [stride, padding, dilation] = [triple(options.stride ?? 1), triple(options.padding ?? 0), triple(options.dilation ?? 1)];
  const along: DepthWindow = { size: kd, stride: stride[0], padding: padding[0], dilation: dilation[0] };
  const d = depthOutput('conv3d', depth, along);
  const slices = swapDepth(x);
  const plain = kd === 1 && along.stride === 1 && along.padding === 0;
  const taps = plain ? slices : mixDepth(slices, d * kd, depthTaps(along));
  // channels of a picture: group, then depth tap, then channel
  const grouped = groups === 1 ? taps : transpose(reshape(taps, [n * d, kd, groups, cg, height * width]), [0, 2, 1, 3, 4]);
  const y = conv2d(reshape(grouped, [n * d, kd * c, height, width]), reshape(transpose(w, [0, 2, 1, 3, 4]), [o, kd * cg, kh, kw]), b, {
    stride: rest(stride),
    padding: rest(padding),
    dilation: rest(dilation),
    groups,
  });
  return swapDepth(reshape(y, [n, d, o, ...y.shape.slice(2)]));
}

interface Pooled {
  /** [N, D, C, h, w], pooled in the picture only. */
  readonly slices: Sym;
  readonly along: DepthWindow;
  readonly depth: number;
}

function poolPictures(op: string, x: Sym, options: Pool3dOptions, pool: typeof maxPool2d): Pooled {
  checkVolume(op, x);
  const [size, padding] = [triple(options.size), triple(options.padding ?? 0)];
  const stride = options.stride === undefined ? size : triple(options.stride);
  const along: DepthWindow = { size: size[0], stride: stride[0], padding: padding[0], dilation: 1 };
  const slices = swapDepth(x);
  const [n, depth, ...picture] = slices.shape as [number, number, ...number[]];
  const d = depthOutput(op, depth, along);
  const flat = rest(size).every((k) => k === 1) && sameShape(rest(stride), [1, 1]) && sameShape(rest(padding), [0, 0]);
  const pictures = reshape(slices, [n * depth, ...picture]);
  const y = flat ? pictures : pool(pictures, { size: rest(size), stride: rest(stride), padding: rest(padding) });
  return { slices: reshape(y, [n, depth, ...y.shape.slice(1)]), along, depth: d };
}

/** Largest element of each window. Padding must stay below the window's size. */
export function maxPool3d(x: Sym, options: Pool3dOptions): Sym {
  const { slices, along, depth } = poolPictures('maxPool3d', x, options, maxPool2d);
  const { size, stride, padding } = along;
  const [n, full, ...picture] = slices.shape as [number, number, ...number[]];
  // the depth as the height of a picture whose rows are whole slices
  const rows = reshape(slices, [n, 1, full, sizeOf(picture)]);
  const y = maxPool2d(rows, { size: [size, 1], stride: [stride, 1], padding: [padding, 0] });
  return swapDepth(reshape(y, [n, depth, ...picture]));
}

/** Mean of each window; padded zeros count, as PyTorch's default has it. */
export function avgPool3d(x: Sym, options: Pool3dOptions): Sym {
  const { slices, along, depth } = poolPictures('avgPool3d', x, options, avgPool2d);
  const { size, stride, padding } = along;
  const inside = (row: number, z: number): boolean => z >= row * stride - padding && z < row * stride - padding + size;
  return swapDepth(mixDepth(slices, depth, (row, z) => (inside(row, z) ? 1 / size : 0)));
}
