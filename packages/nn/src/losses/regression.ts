import { VerilensError } from '@verilens/core';
import { abs, mul, square, sub } from '../ops/elementwise.ts';
import { less, where } from '../ops/logic.ts';
import { mean } from '../ops/reduce.ts';
import { describe, sameShape, shapeError, type Sym } from '../sym.ts';

/** Mean squared difference. */
export function mse(a: Sym, b: Sym): Sym {
  return mean(square(difference('mse', a, b)));
}

/** Mean absolute difference; slope 0 where they are equal. */
export function l1(a: Sym, b: Sym): Sym {
  return mean(abs(difference('l1', a, b)));
}

/** Mean of d^2 / 2 up to |d| = knee and knee (|d| - knee / 2) beyond. With knee 1 the same as `smoothL1`. */
export function huber(a: Sym, b: Sym, options: { readonly knee?: number } = {}): Sym {
  return mean(huberOf(difference('huber', a, b), options.knee));
}

/** Mean of d^2 / (2 knee) up to |d| = knee and |d| - knee / 2 beyond. */
export function smoothL1(a: Sym, b: Sym, options: { readonly knee?: number } = {}): Sym {
  const { knee = 1 } = options;
  return mul(mean(huberOf(difference('smoothL1', a, b), knee)), 1 / knee);
}

/** The Huber function of each element. */
export function huberOf(d: Sym, knee = 1): Sym {
  if (!(knee > 0))
    throw new VerilensError('BAD_OPTION', 'the knee is a size', { place: 'nn huber', expected: 'knee > 0', got: String(knee) });
  const size = abs(d);
  return where(less(size, knee), mul(square(d), 0.5), mul(sub(size, knee / 2), knee));
}

function difference(op: string, a: Sym, b: Sym): Sym {
  if (!sameShape(a.shape, b.shape))
    throw shapeError(op, `two tensors of one shape, like ${describe(a)}`, describe(b), 'Reshape one of them.');
  return sub(a, b);
}
