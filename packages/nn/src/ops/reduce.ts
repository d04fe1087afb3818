import { describe, make, normalAxis, sameShape, shapeError, sizeOf, type Rule, type Sym } from '../sym.ts';
import { div, mul, neg, square, sub } from './elementwise.ts';
import { cast, equal } from './logic.ts';
import { beforeSwap, expand, reshape } from './shape.ts';

type ReduceOp = 'reduceSum' | 'reduceMean' | 'reduceMax';

interface ReduceOptions {
  /** Keep reduced axes with size 1. Default false. */
  readonly keep?: boolean;
}

function keptShape(shape: readonly number[], axes: readonly number[]): readonly number[] {
  return shape.map((n, i) => (axes.includes(i) ? 1 : n));
}

function reduction(op: ReduceOp, gradient: (g: { dy: Sym; y: Sym; x: Sym; axes: readonly number[] }) => Sym): Rule<ReduceOp> {
  return {
    shape: ([x], { axes, keep }) => {
      if (x.dtype !== 'float32') throw shapeError(op, 'float32', describe(x), "Convert with cast(x, 'float32').");
      return { shape: keep ? keptShape(x.shape, axes) : x.shape.filter((_, i) => !axes.includes(i)), dtype: 'float32' };
    },
    // dy and y are given with the reduced axes kept
    gradient: ({ dy, y, inputs: [x], attrs: { axes } }) => {
      const kept = keptShape(x.shape, axes);
      return [gradient({ dy: reshape(dy, kept), y: reshape(y, kept), x, axes })];
    },
  };
}

export const reduceRules: { [O in ReduceOp]: Rule<O> } = {
  reduceSum: reduction('reduceSum', ({ dy, x }) => expand(dy, x.shape)),
  reduceMean: reduction('reduceMean', ({ dy, x }) => expand(mul(dy, sizeOf(dy.shape) / sizeOf(x.shape)), x.shape)),
  // ties share the gradient
  reduceMax: reduction('reduceMax', ({ dy, y, x, axes }) => {
    const hit = cast(equal(x, y), 'float32');
    return mul(hit, div(dy, sum(hit, axes, { keep: true })));
  }),
};

function reduce(op: ReduceOp, x: Sym, axes: number | readonly number[] | undefined, options: ReduceOptions | undefined): Sym {
  const wanted = axes === undefined ? x.shape.map((_, i) => i) : typeof axes === 'number' ? [axes] : axes;
  const normal = [...new Set(wanted.map((axis) => normalAxis(op, axis, x.shape.length)))].sort((a, b) => a - b);
  if (normal.length === 0) return x;
  const inner = beforeSwap(x);
  // depth and channels would come out exchanged if both stayed
  if (inner !== undefined && options?.keep !== true && (normal.includes(1) || normal.includes(2)))
    return reduce(
      op,
      inner,
      normal.map((axis) => (axis === 1 ? 2 : axis === 2 ? 1 : axis)),
      options,
    );
  return make(op, reduceRules[op] as Rule<ReduceOp>, [x], { axes: normal, keep: options?.keep ?? false });
}

/** Sum over `axes` (all when left out). */
export function sum(x: Sym, axes?: number | readonly number[], options?: ReduceOptions): Sym {
  return reduce('reduceSum', x, axes, options);
}
export function mean(x: Sym, axes?: number | readonly number[], options?: ReduceOptions): Sym {
  return reduce('reduceMean', x, axes, options);
}
/** Largest element; tied elements share the gradient. */
export function max(x: Sym, axes?: number | readonly number[], options?: ReduceOptions): Sym {
  return reduce('reduceMax', x, axes, options);
}
export function min(x: Sym, axes?: number | readonly number[], options?: ReduceOptions): Sym {
  return neg(max(neg(x), axes, options));
}
/** Mean squared distance from the mean (divided by n, not n - 1), in two passes. */
export function variance(x: Sym, axes?: number | readonly number[], options?: ReduceOptions): Sym {
  return mean(square(sub(x, mean(x, axes, { keep: true }))), axes, options);
}

/** Undoes broadcasting: sums `x` down to `shape`. */
export function sumTo(x: Sym, shape: readonly number[]): Sym {
  if (sameShape(x.shape, shape)) return x;
  const lead = x.shape.length - shape.length;
  const axes = x.shape.map((_, i) => i).filter((i) => i < lead || (shape[i - lead] === 1 && x.shape[i] !== 1));
  return reshape(sum(x, axes), shape);
}
