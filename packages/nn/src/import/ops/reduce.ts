import { abs, add, exp, log, mul, neg, sqrt, square, stopGradient, sub } from '../../ops/elementwise.ts';
import { max, mean, sum } from '../../ops/reduce.ts';
import { split } from '../../ops/shape.ts';
import type { Sym } from '../../sym.ts';
import { fold } from '../fold.ts';
import type { Importer } from '../site.ts';

type Reduce = (x: Sym, axes: readonly number[], keep: { readonly keep: boolean }) => Sym;

/** Axes come as an attribute in old files, as an input in newer ones; none means all, unless the node says it does nothing then. */
const reduction =
  (f: Reduce): Importer =>
  (site) => {
    const folded = fold(site);
    if (folded !== undefined) return folded;
    const x = site.sym(0);
    const given = site.setting('axes', 1);
    if (given === undefined || given.length === 0) {
      if (site.int('noop_with_empty_axes') === 1) return x;
    }
    const all = given === undefined || given.length === 0;
    const axes = all ? x.shape.map((_, i) => i) : given.map((axis) => site.axis(axis, x.shape.length));
    return f(x, axes, { keep: (site.int('keepdims') ?? 1) === 1 });
  };

/** log(sum(exp(x))), shifted by the largest element so that nothing overflows. */
const logSumExp: Reduce = (x, axes, { keep }) => {
  const top = stopGradient(max(x, axes, { keep: true }));
  const shifted = log(sum(exp(sub(x, top)), axes, { keep }));
  return add(shifted, keep ? top : sum(top, axes));
};

/** Most elements that are multiplied one by one. */
const MAX_FACTORS = 64;

const product: Importer = (site) => {
  const folded = fold(site);
  if (folded !== undefined) return folded;
  return reduction((x, axes, { keep }) =>
    sum(
      axes.reduce((rest, axis) => {
        const size = rest.shape[axis]!;
        if (size > MAX_FACTORS)
          throw site.unsupported('it multiplies too many elements', `at most ${MAX_FACTORS} along an axis`, `${size}`);
        return split(rest, size, axis).reduce((a, b) => mul(a, b));
      }, x),
      axes,
      { keep },
    ),
  )(site);
};

export const reduceImporters: Readonly<Record<string, Importer>> = {
  ReduceL1: reduction((x, axes, keep) => sum(abs(x), axes, keep)),
  ReduceL2: reduction((x, axes, keep) => sqrt(sum(square(x), axes, keep))),
  ReduceLogSum: reduction((x, axes, keep) => log(sum(x, axes, keep))),
  ReduceLogSumExp: reduction(logSumExp),
  ReduceMax: reduction(max),
  ReduceMean: reduction(mean),
  ReduceMin: reduction((x, axes, keep) => neg(max(neg(x), axes, keep))),
  ReduceProd: product,
  ReduceSum: reduction(sum),
  ReduceSumSquare: reduction((x, axes, keep) => sum(square(x), axes, keep)),
};
