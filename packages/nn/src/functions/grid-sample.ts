import { VerilensError } from '@verilens/core';
import { abs, add, floor, mul, sub } from '../ops/elementwise.ts';
import { matmul } from '../ops/linear-algebra.ts';
import { clamp } from '../ops/piecewise-linear.ts';
import { reshape, slice, transpose } from '../ops/shape.ts';
import { constant } from '../ops/source.ts';
import { describe, shapeError, showShape, type Sym } from '../sym.ts';
import { bilinearAt, pixelsAt } from './bilinear.ts';
import { round } from './rounding.ts';

export interface GridSampleOptions {
  /** Default 'bilinear'. */
  readonly mode?: 'bilinear' | 'nearest';
  /** What lies outside the picture: zeros, its border continued, or its mirror image. Default 'zeros'. */
  readonly padding?: 'zeros' | 'border' | 'reflection';
  /** -1 and 1 are the centres of the corner pixels; otherwise their outer edges. Default false. */
  readonly alignCorners?: boolean;
}

/**
 * x [N, C, H, W] looked up at grid [N, h, w, 2] of places (across, down), each from -1 to 1 over the picture
 * -> [N, C, h, w], as PyTorch's `grid_sample`. Differentiable towards the picture and, unless 'nearest', the places.
 * @throws VerilensError BAD_SHAPE; TOO_LARGE above 2^24 pixels a picture, where places would lose exactness
 */
export function gridSample(x: Sym, grid: Sym, options: GridSampleOptions = {}): Sym {
  const { mode = 'bilinear', padding = 'zeros', alignCorners = false } = options;
  const [n, c, height, width] = x.shape as [number, number, number, number];
  const [batch, h, w, two] = grid.shape as [number, number, number, number];
  const fits = x.shape.length === 4 && grid.shape.length === 4 && batch === n && two === 2;
  if (!fits || x.dtype !== 'float32' || grid.dtype !== 'float32')
    throw shapeError(
      'gridSample',
      'float32 x [N, C, H, W] and grid [N, h, w, 2]',
      `${describe(x)} and ${describe(grid)}`,
      'A grid has a place (across, down) for each pixel of the result.',
    );
  if (height * width > 2 ** 24)
    throw new VerilensError('TOO_LARGE', 'the picture has too many pixels to be looked up', {
      place: 'nn gridSample',
      expected: 'at most 2^24 pixels',
      got: `${height}x${width}`,
      remedy: 'Resize it first.',
    });
  const at = (axis: 0 | 1, size: number): Sym => {
    const spot = reshape(slice(grid, { axis: 3, start: axis, end: axis + 1 }), [n, h * w]);
    const pixel = alignCorners ? mul(add(spot, 1), (size - 1) / 2) : sub(mul(add(spot, 1), size / 2), 0.5);
    if (padding === 'zeros') return pixel;
    return clamp(padding === 'reflection' ? reflected(pixel, size, alignCorners) : pixel, 0, size - 1);
  };
  const [across, down] = [at(0, width), at(1, height)];
  const rows = transpose(reshape(x, [n, c, height * width]), [0, 2, 1]);
  const found =
    mode === 'nearest' ? pixelsAt(rows, round(down), round(across), [height, width]) : bilinearAt(rows, down, across, [height, width]);
  return reshape(transpose(found, [0, 2, 1]), [n, c, h, w]);
}

/** Folds places back into the picture at the centres (aligned corners) or the outer edges of its border pixels. */
function reflected(pixel: Sym, size: number, alignCorners: boolean): Sym {
  const low = alignCorners ? 0 : -0.5;
  const span = alignCorners ? size - 1 : size;
  if (span === 0) return mul(pixel, 0);
  const far = abs(sub(pixel, low));
  const turns = floor(mul(far, 1 / span));
  const rest = sub(far, mul(turns, span));
  const odd = sub(turns, mul(floor(mul(turns, 0.5)), 2));
  return add(add(rest, mul(odd, sub(span, mul(rest, 2)))), low);
}

/**
 * The grid of an affine map: theta [N, 2, 3] takes a place (across, down, 1) of a result of the given size to a place of
 * the picture, both from -1 to 1 -> [N, h, w, 2], as PyTorch's `affine_grid`.
 */
export function affineGrid(
  theta: Sym,
  size: readonly [height: number, width: number],
  options: { readonly alignCorners?: boolean } = {},
): Sym {
  const [n, two, three] = theta.shape;
  if (theta.shape.length !== 3 || two !== 2 || three !== 3 || !size.every((v) => Number.isInteger(v) && v >= 1))
    throw shapeError(
      'affineGrid',
      'theta [N, 2, 3] and a whole height and width of at least 1',
      `${describe(theta)} and ${showShape(size)}`,
      'Each map is two rows: across and down.',
    );
  const [h, w] = size;
  const spot = (i: number, count: number): number => {
    if (options.alignCorners === true) return count === 1 ? 0 : (2 * i) / (count - 1) - 1;
    return (2 * i + 1) / count - 1;
  };
  const places = new Float32Array(h * w * 3);
  for (let i = 0; i < h; i++) for (let j = 0; j < w; j++) places.set([spot(j, w), spot(i, h), 1], (i * w + j) * 3);
  return reshape(matmul(constant(places, [h * w, 3]), theta, { transB: true }), [n!, h, w, 2]);
}
