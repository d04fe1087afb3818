import { describe, sameShape, shapeError, sizeOf, type Sym } from '../sym.ts';
import { div, mul, sqrt, square, stopGradient, maximum } from './elementwise.ts';
import { matmul } from './linear-algebra.ts';
import { powerSteps } from './power-iteration.ts';
import { sum } from './reduce.ts';
import { reshape } from './shape.ts';

export interface SpectralNormResult {
  /** w over its largest singular value. */
  readonly weight: Sym;
  /** Singular vectors after the iterations, to begin the next ones with: [out] and [rest]. */
  readonly u: Sym;
  readonly v: Sym;
}

/** Length 1, safe at 0. */
function unit(x: Sym, epsilon: number): Sym {
  return div(x, maximum(sqrt(sum(square(x))), epsilon));
}

/**
 * Miyato et al. 2018: divides w [out, ...] by the largest singular value of w as a matrix [out, rest], estimated from the vectors
 * u [out] and v [rest] after `iterations` (default 1) steps of power iteration. No gradient passes through u and v, as in PyTorch;
 * with 0 iterations (inference) they are taken as they are.
 */
export function spectralNorm(
  w: Sym,
  u: Sym,
  v: Sym,
  options: { readonly iterations?: number; readonly epsilon?: number } = {},
): SpectralNormResult {
  const { iterations = 1, epsilon = 1e-12 } = options;
  const [rows, ...rest] = w.shape;
  const columns = sizeOf(rest);
  if (w.shape.length < 2 || !sameShape(u.shape, [rows!]) || !sameShape(v.shape, [columns])) {
    throw shapeError(
      'spectralNorm',
      `w [out, ...] with u [${rows ?? 'out'}] and v [${columns}]`,
      `${describe(w)}, ${describe(u)}, ${describe(v)}`,
      'u has one element per output, v one for each of the others.',
    );
  }
  const matrix = reshape(w, [rows!, columns]);
  const fixed = stopGradient(matrix);
  const start = { left: stopGradient(reshape(u, [rows!, 1])), right: stopGradient(reshape(v, [columns, 1])) };
  const { left, right } = powerSteps(fixed, start, iterations, (x) => unit(x, epsilon));
  const sigma = sum(mul(left, matmul(matrix, right)));
  return { weight: div(w, sigma), u: reshape(left, [rows!]), v: reshape(right, [columns]) };
}
