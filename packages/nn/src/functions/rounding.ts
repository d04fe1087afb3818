import { abs, add, floor, mul, neg, stopGradient, sub } from '../ops/elementwise.ts';
import { and, cast, equal, greater, or, where } from '../ops/logic.ts';
import { lift } from '../ops/source.ts';
import { describe, sameShape, shapeError, type Sym, type Value } from '../sym.ts';

/** Smallest whole number at or above x. Not differentiable. */
export function ceil(x: Value): Sym {
  return neg(floor(neg(x)));
}

/** Nearest whole number, halves to the even one, as PyTorch and ONNX round. Not differentiable. */
export function round(x: Value): Sym {
  const value = lift(x);
  const below = floor(value);
  const rest = sub(value, below);
  const odd = greater(sub(below, mul(floor(mul(below, 0.5)), 2)), 0.5);
  return add(below, cast(or(greater(rest, 0.5), and(equal(rest, 0.5), odd)), 'float32'));
}

/** x where |x| > threshold, else 0; the gradient passes where x does. */
export function hardThreshold(x: Value, threshold: number): Sym {
  const value = lift(x);
  return where(greater(abs(value), threshold), value, 0);
}

/** The values of `hard` with the gradient of `soft` (straight-through estimator): of rounding, argmax, binary masks. */
export function straightThrough(hard: Sym, soft: Sym): Sym {
  if (!sameShape(hard.shape, soft.shape))
    throw shapeError('straightThrough', `two tensors of one shape, like ${describe(hard)}`, describe(soft), 'Reshape one of them.');
  // soft - soft is exactly 0, so the value is exactly that of `hard`
  return add(stopGradient(hard), sub(soft, stopGradient(soft)));
}
