import { conv2d, inputGradient, pair, sides, type Conv2dOptions } from '../ops/convolution.ts';
import { reshape, transpose } from '../ops/shape.ts';
import { constant } from '../ops/source.ts';
import { describe, shapeError, type Sym } from '../sym.ts';

type Pixels = readonly [n: number, channels: number, height: number, width: number];

function imageShape(op: string, x: Sym): Pixels {
  if (x.shape.length !== 4 || x.dtype !== 'float32')
    throw shapeError(op, 'float32 [N, C, H, W]', describe(x), 'Transpose or reshape to channels first.');
  return x.shape as unknown as Pixels;
}

/** [N, C r r, H, W] -> [N, C, H r, W r]: every r r channels become a square of pixels. */
export function pixelShuffle(x: Sym, r: number): Sym {
  const [n, channels, height, width] = imageShape('pixelShuffle', x);
  const c = channels / (r * r);
  if (!Number.isInteger(r) || r < 1 || !Number.isInteger(c))
    throw shapeError('pixelShuffle', `channels that ${r} x ${r} divides`, describe(x), 'Choose another factor.');
  return reshape(transpose(reshape(x, [n, c, r, r, height, width]), [0, 1, 4, 2, 5, 3]), [n, c, height * r, width * r]);
}

/** [N, C, H r, W r] -> [N, C r r, H, W]: the inverse of `pixelShuffle`. */
export function pixelUnshuffle(x: Sym, r: number): Sym {
  const [n, c, height, width] = imageShape('pixelUnshuffle', x);
  const [h, w] = [height / r, width / r];
  if (!Number.isInteger(r) || r < 1 || !Number.isInteger(h) || !Number.isInteger(w))
    throw shapeError('pixelUnshuffle', `a height and width that ${r} divides`, describe(x), 'Choose another factor, or pad.');
  return reshape(transpose(reshape(x, [n, c, h, r, w, r]), [0, 1, 3, 5, 2, 4]), [n, c * r * r, h, w]);
}

export type PatchOptions = Pick<Conv2dOptions, 'stride' | 'padding' | 'dilation'>;

/** Kernels with a single 1 each: convolving one channel with them takes its patches apart. [kh kw, 1, kh, kw] */
function tapKernels(kh: number, kw: number): Sym {
  const taps = kh * kw;
  return constant(
    Float32Array.from({ length: taps * taps }, (_, i) => (i % (taps + 1) === 0 ? 1 : 0)),
    [taps, 1, kh, kw],
  );
}

/** Patches of x [N, C, H, W], moved as a convolution moves its kernel, as columns [N, C kh kw, places] (im2col). */
export function unfold(x: Sym, size: number | readonly [number, number], options: PatchOptions = {}): Sym {
  const [n, channels, height, width] = imageShape('unfold', x);
  const [kh, kw] = pair(size);
  // each channel as a picture of its own: grouped convolutions are wrong on WebGPU for some counts of outputs
  const columns = conv2d(reshape(x, [n * channels, 1, height, width]), tapKernels(kh, kw), undefined, options);
  return reshape(columns, [n, channels * kh * kw, -1]);
}

/** The transpose of `unfold`: adds columns [N, C kh kw, places] back into pictures [N, C, height, width] where they came from. */
export function fold(
  columns: Sym,
  [height, width]: readonly [height: number, width: number],
  size: number | readonly [number, number],
  options: PatchOptions = {},
): Sym {
  const [kh, kw] = pair(size);
  const stride = pair(options.stride ?? 1);
  const dilation = pair(options.dilation ?? 1);
  const padding = sides(options.padding);
  const places = (full: number, k: number, axis: 0 | 1): number =>
    Math.floor((full + padding[axis] + padding[axis + 2]! - dilation[axis] * (k - 1) - 1) / stride[axis]) + 1;
  const [h, w] = [places(height, kh, 0), places(width, kw, 1)];
  const [n, rows, count] = columns.shape;
  const channels = (rows ?? 0) / (kh * kw);
  if (columns.shape.length !== 3 || columns.dtype !== 'float32' || !Number.isInteger(channels) || count !== h * w)
    throw shapeError(
      'fold',
      `float32 [N, C ${kh} ${kw}, ${h * w}] for a picture of ${height}x${width}`,
      describe(columns),
      'Give the size, stride, padding and dilation that unfold was given.',
    );
  const window = { size: [kh, kw], stride, padding, dilation, groups: 1, height, width } as const;
  const pictures = inputGradient(reshape(columns, [n! * channels, kh * kw, h, w]), tapKernels(kh, kw), window);
  return reshape(pictures, [n!, channels, height, width]);
}
