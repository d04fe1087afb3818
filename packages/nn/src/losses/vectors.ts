import { add, div, maximum, mul, sqrt, square, sub } from '../ops/elementwise.ts';
import { matmul } from '../ops/linear-algebra.ts';
import { sum } from '../ops/reduce.ts';
import { constant } from '../ops/source.ts';
import { transpose, unsqueeze } from '../ops/shape.ts';
import { describe, shapeError, type Sym } from '../sym.ts';

/** Squared lengths below this count as zero, so that no slope is infinite. */
const TINY = 1e-12;

/** Vectors along `axis` scaled to length 1; a zero vector stays zero, with a finite slope. */
export function unitVectors(x: Sym, axis = -1): Sym {
  return div(x, sqrt(maximum(sum(square(x), axis, { keep: true }), TINY)));
}

/** Squared distances [N, M] between the rows of a [N, d] and b [M, d], never negative. */
export function squaredDistances(a: Sym, b: Sym): Sym {
  if (a.shape.length !== 2 || b.shape.length !== 2 || a.shape[1] !== b.shape[1])
    throw shapeError(
      'squaredDistances',
      'two matrices of equally long rows',
      `${describe(a)} and ${describe(b)}`,
      'Flatten each sample into one row.',
    );
  const lengths = (x: Sym): Sym => sum(square(x), 1, { keep: true });
  const sums = add(lengths(a), transpose(lengths(b), [1, 0]));
  return maximum(sub(sums, mul(matmul(a, b, { transB: true }), 2)), 0);
}

/** Distances [N, N] between the rows of x [N, d] with a zero diagonal and a finite slope where two rows are equal. */
export function distances(x: Sym): Sym {
  const [n] = x.shape;
  return mul(sqrt(maximum(squaredDistances(x, x), TINY)), offDiagonal(n!));
}

/** n x n ones with a zero diagonal. */
export function offDiagonal(n: number): Sym {
  return constant(
    Float32Array.from({ length: n * n }, (_, i) => (i % (n + 1) === 0 ? 0 : 1)),
    [n, n],
  );
}

/** Every difference x_i - x_j, [N, N, d]. */
export function differences(x: Sym): Sym {
  return sub(unsqueeze(x, 1), unsqueeze(x, 0));
}

/** Cosine between vectors along the last axis. */
export function cosine(a: Sym, b: Sym): Sym {
  return sum(mul(unitVectors(a), unitVectors(b)), -1);
}
