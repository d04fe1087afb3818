import { VerilensError } from '@verilens/core';
import { abs, div, maximum, mul, neg, stopGradient, sub } from '../ops/elementwise.ts';
import { cast, where } from '../ops/logic.ts';
import { gather } from '../ops/indexing.ts';
import { matmul } from '../ops/linear-algebra.ts';
import { max, sum } from '../ops/reduce.ts';
import { concat, expand, reshape, slice, transpose } from '../ops/shape.ts';
import { constant, zeros } from '../ops/source.ts';
import { withGradient } from '../ops/with-gradient.ts';
import { describe, sameShape, shapeError, sizeOf, type Sym } from '../sym.ts';
import { firstLargestMask } from './reductions.ts';

/** Each unknown costs about a dozen nodes, so larger systems go to the iterations of `inverseByIteration`. */
const MOST_UNKNOWNS = 64;

export function checkSquare(op: string, a: Sym): number {
  const n = a.shape.at(-1);
  if (a.shape.length < 2 || n !== a.shape.at(-2) || a.dtype !== 'float32')
    throw shapeError(op, 'a float32 square matrix [..., n, n]', describe(a), 'The last two axes are rows and columns.');
  return n!;
}

/** Last two axes swapped. */
export function transposed(x: Sym): Sym {
  const rank = x.shape.length;
  return transpose(x, [...Array.from({ length: rank - 2 }, (_, i) => i), rank - 1, rank - 2]);
}

/** The identity matrix [n, n]. */
export function identity(n: number): Sym {
  return constant(
    Float32Array.from({ length: n * n }, (_, i) => (i % (n + 1) === 0 ? 1 : 0)),
    [n, n],
  );
}

/**
 * x with a x = b, for a [..., n, n] and b [..., n, m] of the same leading axes, n up to 64: Gauss-Jordan elimination with
 * the largest pivot of each column. Its gradient is another solution, not the elimination backwards, and can be
 * differentiated again. In float32 some 1e-7 times the condition number is lost; a singular matrix gives Infinity or NaN.
 * @throws VerilensError BAD_SHAPE; TOO_LARGE above 64 unknowns
 */
export function solve(a: Sym, b: Sym): Sym {
  const n = checkSquare('solve', a);
  const lead = a.shape.slice(0, -2);
  if (b.shape.length !== a.shape.length || b.shape.at(-2) !== n || !sameShape(b.shape.slice(0, -2), lead) || b.dtype !== 'float32')
    throw shapeError('solve', `a right side [${[...lead, n, 'm'].join(', ')}]`, describe(b), 'A vector is a matrix of one column.');
  if (n > MOST_UNKNOWNS)
    throw new VerilensError('TOO_LARGE', 'elimination would be a graph of very many nodes', {
      place: 'nn solve',
      expected: `at most ${MOST_UNKNOWNS} unknowns`,
      got: String(n),
      remedy: 'Use inverseByIteration, or conjugateGradient for a symmetric positive definite matrix.',
    });
  return solution(a, b, false);
}

/** Solution of a x = b, or of a^T x = b. */
function solution(a: Sym, b: Sym, flipped: boolean): Sym {
  const [n, columns] = b.shape.slice(-2) as [number, number];
  const batch = sizeOf(b.shape.slice(0, -2));
  const x = eliminate(stopGradient(reshape(a, [batch, n, n])), stopGradient(reshape(b, [batch, n, columns])), flipped);
  // a x = b: db = a^-T dx, da = -db x^T
  return withGradient(reshape(x, b.shape), [a, b], (dx, y) => {
    const db = solution(a, dx, !flipped);
    return [neg(flipped ? matmul(y, db, { transB: true }) : matmul(db, y, { transB: true })), db];
  });
}

/**
 * The elements of x [batch, ...] in another order, in a shape of as many. Written as a look-up in a flat list: ONNX Runtime
 * would push a transposition through the comparisons of the elimination, where WebGPU cannot transpose truth values.
 */
function arranged(x: Sym, shape: readonly number[], from: (i: number) => number): Sym {
  const [batch, ...rest] = x.shape as [number, ...number[]];
  const count = sizeOf(rest);
  const order = constant(
    Int32Array.from({ length: count }, (_, i) => from(i)),
    [count],
  );
  return reshape(gather(reshape(x, [batch, count]), order, 1), shape);
}

/** Gauss-Jordan on [a | b], a column at a time; rows stay in place and are put in order at the end. */
function eliminate(a: Sym, b: Sym, flipped: boolean): Sym {
  const [batch, n] = b.shape as [number, number, number];
  const left = flipped ? arranged(a, a.shape, (i) => (i % n) * n + Math.floor(i / n)) : a;
  const both = concat([left, b], 2);
  let rest = arranged(both, both.shape, (i) => i);
  let used = zeros([batch, n, 1]);
  const order: Sym[] = [];
  for (let k = 0; k < n; k++) {
    const column = slice(rest, { axis: 2, end: 1 });
    // rows used before may not be chosen again
    const pivot = firstLargestMask(sub(abs(column), mul(used, 3e38)), 1);
    const chosen = cast(pivot, 'float32');
    const row = sum(where(pivot, rest, 0), 1, { keep: true });
    const scaled = div(row, slice(row, { axis: 2, end: 1 }));
    const next = where(pivot, scaled, sub(rest, mul(column, scaled)));
    rest = slice(next, { axis: 2, start: 1 });
    used = maximum(used, chosen);
    order.push(chosen);
  }
  return matmul(concat(order, 2), rest, { transA: true });
}

/** The inverse of a [..., n, n], n up to 64. See `solve`, which is better where a product with the inverse is wanted. */
export function inverse(a: Sym): Sym {
  const n = checkSquare('inverse', a);
  return solve(a, expand(identity(n), a.shape));
}

/**
 * The inverse of a [..., n, n] by Newton's iteration X <- X (2 I - a X) from a^T / (|a|_1 |a|_inf): products only, any size.
 * It converges for every regular matrix, in about 2 log2(condition number) + 5 iterations (default 20: up to a condition
 * number of some 200; float32 allows some 1e4 with 32). Its gradient is that of the inverse, and can be differentiated again.
 */
export function inverseByIteration(a: Sym, options: { readonly iterations?: number } = {}): Sym {
  const { iterations = 20 } = options;
  const n = checkSquare('inverseByIteration', a);
  const fixed = stopGradient(a);
  const largest = (axis: -1 | -2): Sym => max(sum(abs(fixed), axis, { keep: true }), [-2, -1], { keep: true });
  const twice = mul(identity(n), 2);
  let x = div(transposed(fixed), mul(largest(-1), largest(-2)));
  for (let i = 0; i < iterations; i++) x = matmul(x, sub(twice, matmul(fixed, x)));
  return withGradient(x, [a], (dx, y) => [neg(matmul(matmul(y, dx, { transA: true }), y, { transB: true }))]);
}
