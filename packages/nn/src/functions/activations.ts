import { abs, add, div, exp, mul, relu, sigmoid, softplus, square, stopGradient, sub, tanh } from '../ops/elementwise.ts';
import { and, greater, less, where } from '../ops/logic.ts';
import { clamp } from '../ops/piecewise-linear.ts';
import { max } from '../ops/reduce.ts';
import { reshape, split } from '../ops/shape.ts';
import { lift } from '../ops/source.ts';
import { describe, normalAxis, sameShape, shapeError, type Sym, type Value } from '../sym.ts';

/** min(x, 0) with slope 1 at 0: below 0 these functions take their left derivative there, as PyTorch does. */
function negativePart(x: Sym): Sym {
  return sub(x, relu(x));
}

/** One parameter per channel (axis 1) or a single one, shaped to broadcast with x. */
function perChannel(op: string, x: Sym, p: Sym): Sym {
  if (p.shape.length === 0 || sameShape(p.shape, [1])) return reshape(p, []);
  if (x.shape.length < 2 || !sameShape(p.shape, [x.shape[1]!]))
    throw shapeError(
      op,
      `one parameter per channel, [${x.shape[1] ?? 'channels'}], or a single one, for x ${describe(x)}`,
      describe(p),
      'Channels are axis 1.',
    );
  return reshape(p, [p.shape[0]!, ...x.shape.slice(2).map(() => 1)]);
}

/** Leaky ReLU whose slope [channels of axis 1] or [1] is learnt. */
export function prelu(x: Sym, slope: Sym): Sym {
  return add(relu(x), mul(perChannel('prelu', x, slope), negativePart(x)));
}

/** x limited to 0..6; the gradient passes strictly inside, as PyTorch has it (and not as `clamp`). */
export function relu6(x: Value): Sym {
  const value = lift(x);
  return where(and(greater(value, 0), less(value, 6)), value, stopGradient(clamp(value, 0, 6)));
}

/** x above 0, alpha (exp(x) - 1) below. */
export function elu(x: Value, alpha = 1): Sym {
  const value = lift(x);
  return add(relu(value), mul(sub(exp(negativePart(value)), 1), alpha));
}

/** Self-normalising ELU (Klambauer et al. 2017). */
export function selu(x: Value): Sym {
  return mul(elu(x, 1.6732632423543772), 1.0507009873554805);
}

/** ELU of x / alpha, times alpha: its slope is continuous for every alpha. */
export function celu(x: Value, alpha = 1): Sym {
  const value = lift(x);
  return add(relu(value), mul(sub(exp(mul(negativePart(value), 1 / alpha)), 1), alpha));
}

/** x / 6 + 1/2 limited to 0..1 */
export function hardSigmoid(x: Value): Sym {
  return mul(relu6(add(x, 3)), 1 / 6);
}

/** x hardSigmoid(x) */
export function hardSwish(x: Value): Sym {
  return mul(x, hardSigmoid(x));
}

/** GELU in its tanh form, up to 5e-4 from the exact `gelu`: for networks that were trained with it. */
export function geluTanh(x: Value): Sym {
  const value = lift(x);
  const inner = mul(mul(value, add(mul(square(value), 0.044715), 1)), Math.sqrt(2 / Math.PI));
  return mul(mul(value, 0.5), add(tanh(inner), 1));
}

/** x tanh(softplus(x)) */
export function mish(x: Value): Sym {
  return mul(x, tanh(softplus(x)));
}

/** x / (1 + |x|) */
export function softsign(x: Value): Sym {
  return div(x, add(abs(x), 1));
}

/** First half of `axis` times the sigmoid of the second half. */
export function glu(x: Sym, axis = -1): Sym {
  const at = normalAxis('glu', axis, x.shape.length);
  if (x.shape[at]! % 2 !== 0) throw shapeError('glu', `an even size on axis ${at}`, describe(x), 'Half of it gates the other half.');
  const [value, gate] = split(x, 2, at) as [Sym, Sym];
  return mul(value, sigmoid(gate));
}

/** Largest of each `pieces` neighbours of `axis`. */
export function maxout(x: Sym, pieces: number, axis = 1): Sym {
  const at = normalAxis('maxout', axis, x.shape.length);
  const size = x.shape[at]!;
  if (!Number.isInteger(pieces) || pieces < 1 || size % pieces !== 0)
    throw shapeError('maxout', `a size that ${pieces} divides on axis ${at}`, describe(x), 'Choose another number of pieces.');
  return max(reshape(x, [...x.shape.slice(0, at), size / pieces, pieces, ...x.shape.slice(at + 1)]), at + 1);
}

/**
 * ACON-C (Ma et al., CVPR 2021): (p1 - p2) x sigmoid(beta (p1 - p2) x) + p2 x, a switch between linear and not.
 * p1, p2 are [channels of axis 1] or [1]; beta is the same, or any tensor that broadcasts with x (made from x in
 * meta-ACON, from conditions in a spatially adaptive form).
 */
export function aconC(x: Sym, p1: Sym, p2: Sym, beta: Sym): Sym {
  const second = perChannel('aconC', x, p2);
  const steep = mul(sub(perChannel('aconC', x, p1), second), x);
  const rate = beta.shape.length === x.shape.length && x.shape.length > 1 ? beta : perChannel('aconC', x, beta);
  return add(mul(steep, sigmoid(mul(rate, steep))), mul(second, x));
}
