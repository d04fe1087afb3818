import { add, div, maximum, mul, neg, square, sub } from '../ops/elementwise.ts';
import { zeros } from '../ops/source.ts';
import type { Sym, Value } from '../sym.ts';
import { safeSqrt } from './reductions.ts';

/** A complex tensor: real and imaginary part, of one shape. */
export interface Complex {
  readonly re: Sym;
  readonly im: Sym;
}

/** A real tensor as a complex one. */
export function complex(re: Sym, im: Sym = zeros(re.shape)): Complex {
  return { re, im };
}

export function complexAdd(a: Complex, b: Complex): Complex {
  return { re: add(a.re, b.re), im: add(a.im, b.im) };
}

export function complexSub(a: Complex, b: Complex): Complex {
  return { re: sub(a.re, b.re), im: sub(a.im, b.im) };
}

/** (a + bi)(c + di) = (ac - bd) + (ad + bc)i */
export function complexMul(a: Complex, b: Complex): Complex {
  return { re: sub(mul(a.re, b.re), mul(a.im, b.im)), im: add(mul(a.re, b.im), mul(a.im, b.re)) };
}

/** Both parts times a real tensor or number, as a filter of a spectrum. */
export function complexScale(a: Complex, by: Value): Complex {
  return { re: mul(a.re, by), im: mul(a.im, by) };
}

export function complexConj(a: Complex): Complex {
  return { re: a.re, im: neg(a.im) };
}

/** re^2 + im^2 */
export function squaredAbs(a: Complex): Sym {
  return add(square(a.re), square(a.im));
}

/** Length; the gradient at 0 is 0. */
export function complexAbs(a: Complex): Sym {
  return safeSqrt(squaredAbs(a));
}

/** a / b as a conj(b) / |b|^2; a squared length of b below `floor` (default 0) counts as `floor`. */
export function complexDiv(a: Complex, b: Complex, options: { readonly floor?: number } = {}): Complex {
  const { floor = 0 } = options;
  const length = squaredAbs(b);
  const below = floor === 0 ? length : maximum(length, floor);
  const above = complexMul(a, complexConj(b));
  return { re: div(above.re, below), im: div(above.im, below) };
}
