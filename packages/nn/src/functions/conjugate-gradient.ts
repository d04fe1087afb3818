import { VerilensError } from '@verilens/core';
import { add, div, maximum, mul, sub } from '../ops/elementwise.ts';
import { sum } from '../ops/reduce.ts';
import { zeros } from '../ops/source.ts';
import { describe, sameShape, shapeError, type Sym } from '../sym.ts';

export interface ConjugateGradientOptions {
  /** A fixed number, written one after the other into the graph. */
  readonly iterations: number;
  /** Where to begin. Default 0. */
  readonly start?: Sym;
  /** Leading axes of b that count systems of their own. Default 0: all of b is one vector. */
  readonly batchAxes?: number;
  /** An approximate inverse of the operator, symmetric and positive definite too: e.g. division by its diagonal. */
  readonly precondition?: (r: Sym) => Sym;
}

/** Below this a residual counts as 0, and the step with it. */
const TINY = 1e-30;

/**
 * x with operator(x) = b by conjugate gradients, for a symmetric positive definite linear operator on tensors like b. A complex
 * Hermitian one is symmetric on its real and imaginary parts put side by side. Differentiable, any number of times, through its
 * iterations: the gradient is as converged as x is. After n iterations of n unknowns x is exact but for rounding.
 */
export function conjugateGradient(operator: (x: Sym) => Sym, b: Sym, options: ConjugateGradientOptions): Sym {
  const { iterations, start, batchAxes = 0, precondition = (r: Sym) => r } = options;
  if (!Number.isInteger(iterations) || iterations < 1 || !Number.isInteger(batchAxes) || batchAxes < 0 || batchAxes > b.shape.length)
    throw new VerilensError('BAD_OPTION', 'conjugate gradients cannot run like this', {
      place: 'nn conjugateGradient',
      expected: `iterations >= 1 and batchAxes in 0..${b.shape.length}`,
      got: `${iterations} and ${batchAxes}`,
      remedy: 'Both are whole numbers.',
    });
  const like = (name: string, y: Sym): Sym => {
    if (!sameShape(y.shape, b.shape) || y.dtype !== 'float32')
      throw shapeError(
        'conjugateGradient',
        `${name} of the shape of b, ${describe(b)}`,
        describe(y),
        'The operator maps b-shaped tensors onto such.',
      );
    return y;
  };
  const axes = b.shape.map((_, i) => i).slice(batchAxes);
  const dot = (p: Sym, q: Sym): Sym => sum(mul(p, q), axes, { keep: true });
  const apply = (x: Sym): Sym => like('a result', operator(x));
  let x = start === undefined ? zeros(b.shape) : like('a start', start);
  let r = start === undefined ? b : sub(b, apply(x));
  let z = like('a preconditioned residual', precondition(r));
  let p = z;
  let rz = dot(r, z);
  for (let i = 0; i < iterations; i++) {
    const along = apply(p);
    const step = div(rz, maximum(dot(p, along), TINY));
    x = add(x, mul(step, p));
    if (i === iterations - 1) break;
    r = sub(r, mul(step, along));
    z = precondition(r);
    const next = dot(r, z);
    p = add(z, mul(div(next, maximum(rz, TINY)), p));
    rz = next;
  }
  return x;
}
