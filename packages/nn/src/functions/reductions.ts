import { abs, add, exp, log, maximum, minimum, mul, neg, sqrt, square, stopGradient, sub } from '../ops/elementwise.ts';
import { cast, equal, greater, where } from '../ops/logic.ts';
import { max, min, sum } from '../ops/reduce.ts';
import { concat, pad, reshape, slice, squeeze } from '../ops/shape.ts';
import { constant } from '../ops/source.ts';
import { normalAxis, type Sym } from '../sym.ts';

interface KeepOption {
  /** Keep reduced axes with size 1. Default false. */
  readonly keep?: boolean;
}
type Axes = number | readonly number[];

const LARGEST = 3.4028234663852886e38;

/** log of the sum of exponentials over `axes` (all when left out), without overflow; -Infinity is a weight of 0. */
export function logSumExp(x: Sym, axes?: Axes, options?: KeepOption): Sym {
  // an infinite maximum must not be subtracted from itself
  const bounded = (y: Sym): Sym => stopGradient(maximum(minimum(y, LARGEST), -LARGEST));
  const total = sum(exp(sub(x, bounded(max(x, axes, { keep: true })))), axes, options);
  return add(log(total), bounded(max(x, axes, options)));
}

/** Square root whose gradient is 0, not infinite, at 0; below 0 it is 0 too. */
export function safeSqrt(x: Sym): Sym {
  const positive = greater(x, 0);
  return where(positive, sqrt(where(positive, x, 1)), 0);
}

/**
 * Length of x over `axes` (all when left out): 'l1' sum of |x|, 'l2' root of the sum of squares, 'max' largest |x|
 * (ties share the gradient). The gradient at 0 is 0 in each. Squares of 'l2' overflow above 1e19.
 */
export function norm(x: Sym, axes?: Axes, options: KeepOption & { readonly kind?: 'l1' | 'l2' | 'max' } = {}): Sym {
  const { kind = 'l2', keep = false } = options;
  if (kind === 'l2') return safeSqrt(sum(square(x), axes, { keep }));
  return kind === 'l1' ? sum(abs(x), axes, { keep }) : max(abs(x), axes, { keep });
}

/** Product over one axis (all elements when left out), by halves: exact gradients where factors are 0 too. */
export function prod(x: Sym, axis?: number, options: KeepOption = {}): Sym {
  if (axis === undefined) {
    const total = prod(reshape(x, [-1]), 0);
    return options.keep === true
      ? reshape(
          total,
          x.shape.map(() => 1),
        )
      : total;
  }
  const at = normalAxis('prod', axis, x.shape.length);
  let rest = x;
  for (let size = x.shape[at]!; size > 1; size = rest.shape[at]!) {
    const half = Math.floor(size / 2);
    const paired = mul(slice(rest, { axis: at, end: half }), slice(rest, { axis: at, start: half, end: 2 * half }));
    rest = size % 2 === 0 ? paired : concat([paired, slice(rest, { axis: at, start: size - 1 })], at);
  }
  return options.keep === true ? rest : squeeze(rest, at);
}

/** 0, 1, 2, ... along `axis`, shaped to broadcast with a tensor of that shape. */
function positions(shape: readonly number[], axis: number): Sym {
  const size = shape[axis]!;
  return constant(
    Float32Array.from({ length: size }, (_, i) => i),
    shape.map((n, i) => (i === axis ? n : 1)),
  );
}

/** Place of the first largest element along `axis`, kept with size 1, as float32. */
function firstLargest(x: Sym, axis: number): Sym {
  const last = x.shape[axis]! - 1;
  return min(where(equal(x, max(x, axis, { keep: true })), positions(x.shape, axis), last), axis, { keep: true });
}

/** int32 place of the largest element along `axis`, the first of equals. Not differentiable. */
export function argMax(x: Sym, axis: number, options: KeepOption = {}): Sym {
  const at = normalAxis('argMax', axis, x.shape.length);
  const index = cast(firstLargest(x, at), 'int32');
  return options.keep === true ? index : squeeze(index, at);
}

/** int32 place of the smallest element along `axis`, the first of equals. Not differentiable. */
export function argMin(x: Sym, axis: number, options: KeepOption = {}): Sym {
  return argMax(neg(x), axis, options);
}

/** True at the first largest element along `axis`, false elsewhere. Not differentiable. */
export function firstLargestMask(x: Sym, axis: number): Sym {
  const at = normalAxis('firstLargestMask', axis, x.shape.length);
  return equal(positions(x.shape, at), firstLargest(x, at));
}

/** Largest element along one axis; the whole gradient goes to the first of equals (`max` shares it). */
export function firstMax(x: Sym, axis: number, options: KeepOption = {}): Sym {
  return sum(where(firstLargestMask(x, axis), x, 0), axis, options);
}

/** Smallest element along one axis; the whole gradient goes to the first of equals (`min` shares it). */
export function firstMin(x: Sym, axis: number, options: KeepOption = {}): Sym {
  return sum(where(firstLargestMask(neg(x), axis), x, 0), axis, options);
}

/** Running product along `axis`, each element included, in log2(n) passes; zeros are no trouble for its gradient. */
export function cumulativeProduct(x: Sym, axis: number): Sym {
  const at = normalAxis('cumulativeProduct', axis, x.shape.length);
  const size = x.shape[at]!;
  const none = x.shape.map(() => 0);
  let y = x;
  for (let step = 1; step < size; step *= 2) {
    const earlier = pad(slice(y, { axis: at, end: size - step }), none.with(at, step), none, 1);
    y = mul(earlier, y);
  }
  return y;
}
