import { matmul } from '../ops/linear-algebra.ts';
import { add, div, maximum, mul, relu, sqrt, square, stopGradient, sub } from '../ops/elementwise.ts';
import { mean, sum } from '../ops/reduce.ts';
import { transpose, unsqueeze } from '../ops/shape.ts';
import { constant } from '../ops/source.ts';
import { describe, sameShape, shapeError, type Sym } from '../sym.ts';
import { safeSqrt } from './reductions.ts';

/** Squared lengths below this count as zero, so that no slope is infinite. */
const TINY = 1e-12;

/** Vectors along `axis` scaled to length 1; a zero vector stays zero, with a finite slope. */
export function unitVectors(x: Sym, axis = -1): Sym {
  return div(x, sqrt(maximum(sum(square(x), axis, { keep: true }), TINY)));
}

function checkRows(op: string, a: Sym, b: Sym): void {
  const fits = a.shape.length >= 2 && sameShape(a.shape.slice(0, -2), b.shape.slice(0, -2)) && a.shape.at(-1) === b.shape.at(-1);
  if (!fits)
    throw shapeError(op, 'rows [..., n, d] and [..., m, d]', `${describe(a)} and ${describe(b)}`, 'Flatten each item into one row.');
}

/** n x n ones with a zero diagonal. */
export function offDiagonal(n: number): Sym {
  return constant(
    Float32Array.from({ length: n * n }, (_, i) => (i % (n + 1) === 0 ? 0 : 1)),
    [n, n],
  );
}

/**
 * Squared Euclidean distances of rows a [..., n, d] and b [..., m, d] -> [..., n, m]; of the rows of `a` among each other
 * without `b`. Written as one product around the common mean: an error of some 1e-7 of the largest squared length remains.
 * With `exact` the differences are formed first, n m d of them.
 */
export function squaredDistances(a: Sym, b: Sym = a, options: { readonly exact?: boolean } = {}): Sym {
  checkRows('squaredDistances', a, b);
  if (options.exact === true) return sum(square(sub(unsqueeze(a, -2), unsqueeze(b, -3))), -1);
  // distances do not change when both move; no gradient needs to follow the shift
  const centre = stopGradient(mean(b, -2, { keep: true }));
  const [p, q] = [sub(a, centre), sub(b, centre)];
  const lengths = (x: Sym): Sym => sum(square(x), -1, { keep: true });
  const rank = a.shape.length;
  const across = transpose(lengths(q), [...Array.from({ length: rank - 2 }, (_, i) => i), rank - 1, rank - 2]);
  const squared = relu(sub(add(lengths(p), across), matmul(p, q, { transB: true, alpha: 2 })));
  // the distance of an item to itself is not left to rounding
  return a === b ? mul(squared, offDiagonal(a.shape.at(-2)!)) : squared;
}

/** Euclidean distances, as `squaredDistances`; the gradient of a distance of 0 is 0. */
export function distances(a: Sym, b: Sym = a, options: { readonly exact?: boolean } = {}): Sym {
  checkRows('distances', a, b);
  return safeSqrt(squaredDistances(a, b, options));
}

/** Cosines of the angles between rows a [..., n, d] and b [..., m, d] -> [..., n, m]; 0 for a row of zeros. */
export function cosineSimilarities(a: Sym, b: Sym = a): Sym {
  checkRows('cosineSimilarities', a, b);
  return matmul(unitVectors(a), unitVectors(b), { transB: true });
}

/** Every difference x_i - x_j of the rows of x [N, d], [N, N, d]. */
export function differences(x: Sym): Sym {
  return sub(unsqueeze(x, 1), unsqueeze(x, 0));
}

/** Cosine between vectors along the last axis. */
export function cosine(a: Sym, b: Sym): Sym {
  return sum(mul(unitVectors(a), unitVectors(b)), -1);
}
