import { describe, sameShape, shapeError, type Sym } from '../sym.ts';
import { inputGradient } from './convolution.ts';
import { add } from './elementwise.ts';
import { reshape, swapDepth, transpose } from './shape.ts';
import { depthTaps, mixDepth, triple, type Conv3dOptions, type Triple } from './volumes.ts';

export interface ConvTranspose3dOptions extends Conv3dOptions {
  /** Slices, rows and columns more at the far end, below the stride. Default 0. */
  readonly outputPadding?: number | Triple;
}

/**
 * Transposed convolution of volumes: x [N, C, D, H, W] with w [C, out / groups, kd, kh, kw] and b [out] -> [N, out, d, h, w],
 * where d = (D - 1) stride - 2 padding + dilation (kd - 1) + outputPadding + 1: what `conv3d` with weights w sends back to its input.
 */
export function convTranspose3d(x: Sym, w: Sym, b?: Sym, options: ConvTranspose3dOptions = {}): Sym {
  const groups = options.groups ?? 1;
  if (x.shape.length !== 5 || x.dtype !== 'float32')
    throw shapeError(
      'convTranspose3d',
      'float32 [N, C, D, H, W]',
      describe(x),
      'Transpose or reshape to channels first, depth before height.',
    );
  const [n, o, depth, height, width] = x.shape as [number, number, number, number, number];
  const [first, cg, kd, kh, kw] = w.shape as [number, number, number, number, number];
  if (w.shape.length !== 5 || first !== o || o % groups !== 0)
    throw shapeError(
      'convTranspose3d',
      `weights [${o}, out / ${groups}, kd, kh, kw], the channels a multiple of the groups, for x ${describe(x)}`,
      describe(w),
      "Check the layer's input channels and groups; the input channels come first, unlike in conv3d.",
    );
  const [stride, padding, dilation] = [triple(options.stride ?? 1), triple(options.padding ?? 0), triple(options.dilation ?? 1)];
  const extra = triple(options.outputPadding ?? 0);
  if (!extra.every((p, i) => Number.isInteger(p) && p >= 0 && p < stride[i]!))
    throw shapeError(
      'convTranspose3d',
      `output padding in 0..stride - 1 (stride ${stride.join('x')})`,
      extra.join(', '),
      'Use pad for more.',
    );
  const size = [depth, height, width].map(
    (count, i) => (count - 1) * stride[i]! - 2 * padding[i]! + dilation[i]! * ([kd, kh, kw][i]! - 1) + extra[i]! + 1,
  ) as [number, number, number];
  if (size.some((count) => count < 1))
    throw shapeError('convTranspose3d', 'a result of at least 1x1x1', size.join('x'), 'Use less padding.');
  const c = cg * groups;
  if (b !== undefined && !sameShape(b.shape, [c]))
    throw shapeError('convTranspose3d', `a bias of [${c}]`, describe(b), 'One element per output channel.');
  const [d, h, v] = size;
  const slices = reshape(swapDepth(x), [n * depth, o, height, width]);
  // pictures of the channels of kd neighbours, as conv3d has them
  const taps = inputGradient(slices, reshape(transpose(w, [0, 2, 1, 3, 4]), [o, kd * cg, kh, kw]), {
    size: [kh, kw],
    stride: [stride[1], stride[2]],
    padding: [padding[1], padding[2], padding[1], padding[2]],
    dilation: [dilation[1], dilation[2]],
    groups,
    height: h,
    width: v,
  });
  const apart = groups === 1 ? taps : transpose(reshape(taps, [n * depth, groups, kd, cg, h * v]), [0, 2, 1, 3, 4]);
  const tap = depthTaps({ size: kd, stride: stride[0], padding: padding[0], dilation: dilation[0] });
  const y = swapDepth(mixDepth(reshape(apart, [n, depth * kd, c, h, v]), d, (z, row) => tap(row, z)));
  return b === undefined ? y : add(y, reshape(b, [c, 1, 1, 1]));
}
