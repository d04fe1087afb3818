import { VerilensError } from '@verilens/core';
import { upsampleNearest } from '../ops/convolution.ts';
import { matmul } from '../ops/linear-algebra.ts';
import { sliceAll } from '../ops/shape.ts';
import { constant } from '../ops/source.ts';
import { describe, shapeError, showShape, type Sym } from '../sym.ts';
import { interpolationMatrix, type ResizeMode } from './interpolation.ts';

export interface ResizeOptions {
  readonly mode?: ResizeMode;
  /** For 'bilinear' and 'bicubic': corner pixels of both pictures lie on each other. Default false. */
  readonly alignCorners?: boolean;
  /** For 'bilinear' and 'bicubic' without aligned corners: widen the kernel when shrinking. Default false. */
  readonly antialias?: boolean;
}

/**
 * x [N, C, H, W] -> [N, C, height, width], exactly as PyTorch's `interpolate` to that size (bicubic with a = -0.75).
 * Each axis is a product with a constant matrix, so it runs and differentiates on every device; nearest by whole factors
 * is repetition or a strided slice. Default 'bilinear'.
 * @throws VerilensError BAD_SHAPE, BAD_OPTION
 */
export function resize(x: Sym, size: readonly [height: number, width: number], options: ResizeOptions = {}): Sym {
  const { mode = 'bilinear', alignCorners = false, antialias = false } = options;
  if (x.shape.length !== 4 || x.dtype !== 'float32' || !size.every((n) => Number.isInteger(n) && n >= 1))
    throw shapeError(
      'resize',
      'float32 [N, C, H, W] and a whole height and width of at least 1',
      `${describe(x)} to ${showShape(size)}`,
      'Transpose or reshape to channels first.',
    );
  const smooth = mode === 'bilinear' || mode === 'bicubic';
  if ((!smooth && (alignCorners || antialias)) || (alignCorners && antialias))
    throw new VerilensError('BAD_OPTION', 'these resize options do not go together', {
      place: 'nn resize',
      expected: "alignCorners or antialias, one of them, with 'bilinear' or 'bicubic'",
      got: JSON.stringify({ mode, alignCorners, antialias }),
      remedy: 'Leave one of them out.',
    });
  const from = x.shape.slice(2) as [number, number];
  if (mode === 'nearest') {
    const factors = size.map((n, i) => n / from[i]!) as [number, number];
    if (factors.every(Number.isInteger)) return factors.every((f) => f === 1) ? x : upsampleNearest(x, factors);
    const steps = size.map((n, i) => from[i]! / n);
    if (steps.every(Number.isInteger)) return sliceAll(x, [0, 0, 0, 0], x.shape, [1, 1, ...steps]);
  }
  const along =
    (axis: 0 | 1) =>
    (y: Sym): Sym => {
      if (from[axis] === size[axis]) return y;
      const weights = interpolationMatrix({ mode, from: from[axis], to: size[axis], alignCorners, antialias });
      const matrix = constant(weights, [size[axis], from[axis]]);
      return axis === 0 ? matmul(matrix, y) : matmul(y, matrix, { transB: true });
    };
  // the axis that shrinks more goes first
  const rowsFirst = size[0] / from[0] <= size[1] / from[1];
  return rowsFirst ? along(1)(along(0)(x)) : along(0)(along(1)(x));
}
