import { describe, sameShape, shapeError, type Sym } from '../sym.ts';
import { inputGradient, pair, sides, type Conv2dOptions } from './convolution.ts';
import { add } from './elementwise.ts';
import { reshape } from './shape.ts';

export interface ConvTranspose2dOptions extends Conv2dOptions {
  /** Rows and columns more at the bottom and right, below the stride: chooses among the sizes that a convolution would shrink to x. Default 0. */
  readonly outputPadding?: number | readonly [number, number];
}

/**
 * Transposed convolution: x [N, C, H, W] with w [C, out / groups, kh, kw] and b [out] -> [N, out, h, w], where
 * h = (H - 1) stride - padding (top and bottom) + dilation (kh - 1) + outputPadding + 1.
 */
export function convTranspose2d(x: Sym, w: Sym, b?: Sym, options: ConvTranspose2dOptions = {}): Sym {
  const groups = options.groups ?? 1;
  const [, c, height, width] = x.shape;
  const [first, perGroup, kh, kw] = w.shape;
  if (x.shape.length !== 4 || x.dtype !== 'float32')
    throw shapeError('convTranspose2d', 'float32 [N, C, H, W]', describe(x), 'Transpose or reshape to channels first.');
  if (w.shape.length !== 4 || first !== c || c! % groups !== 0) {
    throw shapeError(
      'convTranspose2d',
      `weights [${c}, out / ${groups}, kh, kw], the channels a multiple of the groups, for x ${describe(x)}`,
      describe(w),
      "Check the layer's input channels and groups; the input channels come first, unlike in conv2d.",
    );
  }
  const stride = pair(options.stride ?? 1);
  const dilation = pair(options.dilation ?? 1);
  const extra = pair(options.outputPadding ?? 0);
  const padding = sides(options.padding);
  if (!extra.every((p, i) => Number.isInteger(p) && p >= 0 && p < stride[i]!)) {
    throw shapeError(
      'convTranspose2d',
      `output padding in 0..stride - 1 (stride ${stride.join('x')})`,
      extra.join(', '),
      'Use pad for more.',
    );
  }
  const grown = (n: number, k: number, axis: 0 | 1): number =>
    (n - 1) * stride[axis] - padding[axis] - padding[axis + 2]! + dilation[axis] * (k - 1) + extra[axis] + 1;
  const size = { height: grown(height!, kh!, 0), width: grown(width!, kw!, 1) };
  if (size.height < 1 || size.width < 1)
    throw shapeError('convTranspose2d', 'a result of at least 1x1', `${size.height}x${size.width}`, 'Use less padding.');
  const outputs = perGroup! * groups;
  if (b !== undefined && !sameShape(b.shape, [outputs]))
    throw shapeError('convTranspose2d', `a bias of [${outputs}]`, describe(b), 'One element per output channel.');
  const y = inputGradient(x, w, { size: [kh!, kw!], stride, padding, dilation, groups, ...size });
  return b === undefined ? y : add(y, reshape(b, [outputs, 1, 1]));
}
