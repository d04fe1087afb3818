import { add, div, mul, sqrt, stopGradient, sub } from '../ops/elementwise.ts';
import { matmul } from '../ops/linear-algebra.ts';
import { powerSteps, type SingularVectors } from '../ops/power-iteration.ts';
import { mean, sum } from '../ops/reduce.ts';
import { describe, sameShape, shapeError, type Sym, type Value } from '../sym.ts';
import { withGradient } from '../ops/with-gradient.ts';
import { unitVectors } from './distances.ts';
import { checkSquare, identity, inverseByIteration, solve } from './solve.ts';

/**
 * Covariances [..., C, C] of x [..., C, samples] about its own mean, divided by samples - `correction` (default 0), with
 * `ridge` (default 0) added to the diagonal.
 */
export function covariance(x: Sym, options: { readonly correction?: number; readonly ridge?: number } = {}): Sym {
  const { correction = 0, ridge = 0 } = options;
  const [channels, samples] = x.shape.slice(-2) as [number, number];
  if (x.shape.length < 2 || x.dtype !== 'float32' || samples <= correction)
    throw shapeError('covariance', `float32 [..., C, samples] of more than ${correction} samples`, describe(x), 'Put the samples last.');
  const centred = sub(x, mean(x, -1, { keep: true }));
  const product = matmul(centred, centred, { transB: true, alpha: 1 / (samples - correction) });
  return ridge === 0 ? product : add(product, mul(identity(channels), ridge));
}

/** Sum of the diagonal of a [..., n, n], kept as [..., 1, 1]. */
function trace(a: Sym, n: number): Sym {
  return sum(mul(a, identity(n)), [-2, -1], { keep: true });
}

/**
 * S^(-1/2) of symmetric positive definite matrices s [..., n, n] (ZCA whitening) by the coupled Newton-Schulz iteration on
 * S / trace(S), differentiable through its steps. `iterations` (default 15): equal eigenvalues need about 1.7 log2(n) + 3,
 * a condition number k another log2(k); 20 reach k = 1000 for n up to 64. Too few leave small eigenvalues half whitened,
 * more do no harm (the uncoupled form P <- 1.5 P - 0.5 P^3 S overflows in float32 after it has converged).
 */
export function whiteningMatrix(s: Sym, options: { readonly iterations?: number } = {}): Sym {
  const { iterations = 15 } = options;
  const n = checkSquare('whiteningMatrix', s);
  const size = trace(s, n);
  const half = mul(identity(n), 1.5);
  let y = div(s, size);
  let z: Sym | undefined;
  for (let i = 0; i < iterations; i++) {
    const step = sub(half, mul(z === undefined ? y : matmul(z, y), 0.5));
    z = z === undefined ? step : matmul(step, z);
    if (i < iterations - 1) y = matmul(y, step);
  }
  return div(z ?? identity(n), sqrt(size));
}

/**
 * A step of length `tau` that keeps q [..., n, n] orthogonal, against the gradient g of the same shape (Cayley transform, Wen
 * and Yin 2013): A = g q^T - q g^T, q <- (I + tau/2 A)^-1 (I - tau/2 A) q, followed by one Newton-Schulz step that takes off
 * what rounding left. Elimination up to n = 32, iteration above, good up to a largest |tau A| of some 100.
 */
export function cayleyStep(q: Sym, g: Sym, tau: Value): Sym {
  const n = checkSquare('cayleyStep', q);
  if (!sameShape(q.shape, g.shape)) throw shapeError('cayleyStep', `a gradient like ${describe(q)}`, describe(g), 'One per element of q.');
  const product = matmul(g, q, { transB: true });
  const a = mul(sub(product, matmul(q, g, { transB: true })), mul(tau, 0.5));
  const left = add(identity(n), a);
  const right = matmul(sub(identity(n), a), q);
  const next = n <= 32 ? solve(left, right) : matmul(inverseByIteration(left), right);
  const polished = matmul(next, sub(mul(identity(n), 1.5), matmul(next, next, { transA: true, alpha: 0.5 })));
  // the gradient is the Cayley step's: the polish only moves what should not have moved
  return withGradient(polished, [next], (dy) => [dy]);
}

/** Its vectors pass no gradient. */
export interface Singular extends SingularVectors {
  /** Largest singular value [..., 1, 1]. */
  readonly value: Sym;
}

/**
 * Largest singular value of a [..., rows, columns] by power iteration from `start` [..., columns, 1]; for a symmetric matrix the
 * largest |eigenvalue|. The error falls by the squared ratio of the two largest values an iteration (default 10). The gradient
 * is that of the value at fixed vectors, exact once they have converged.
 */
export function powerIteration(a: Sym, start: Sym, options: { readonly iterations?: number } = {}): Singular {
  const [columns] = a.shape.slice(-1);
  if (a.shape.length < 2 || !sameShape(start.shape, [...a.shape.slice(0, -2), columns!, 1]))
    throw shapeError(
      'powerIteration',
      `a start [${[...a.shape.slice(0, -2), columns ?? 'columns', 1].join(', ')}]`,
      describe(start),
      'One column per matrix; draw it at random, or keep the last.',
    );
  const fixed = stopGradient(a);
  const unit = (x: Sym): Sym => unitVectors(x, -2);
  const first = unit(stopGradient(start));
  const begun = { right: first, left: unit(matmul(fixed, first)) };
  const { left, right } = powerSteps(fixed, begun, (options.iterations ?? 10) - 1, unit);
  return { value: matmul(left, matmul(a, right), { transA: true }), left, right };
}
