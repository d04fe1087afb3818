import { add, div, exp, mul, square, stopGradient, sub } from '../ops/elementwise.ts';
import { logSoftmax } from '../ops/normalisation.ts';
import { mean, sum } from '../ops/reduce.ts';
import { concat } from '../ops/shape.ts';
import { describe, sameShape, shapeError, type Sym } from '../sym.ts';
import { offDiagonal, squaredDistances } from '../functions/distances.ts';

/** Mean over the batch of KL(softmax p || softmax q) for logits [B, K]; both sides get gradients. */
export function klDivergence(p: Sym, q: Sym): Sym {
  if (p.shape.length !== 2 || !sameShape(p.shape, q.shape))
    throw shapeError(
      'klDivergence',
      'two tensors of logits [B, K]',
      `${describe(p)} and ${describe(q)}`,
      'Flatten other axes into the batch.',
    );
  const [a, b] = [logSoftmax(p, 1), logSoftmax(q, 1)];
  return mul(sum(mul(exp(a), sub(a, b))), 1 / p.shape[0]!);
}

/** Distillation by softened logits, Hinton et al. 2015: T^2 KL(softmax(teacher / T) || softmax(student / T)). The teacher gets no gradient. */
export function distillation(student: Sym, teacher: Sym, options: { readonly temperature?: number } = {}): Sym {
  const { temperature = 4 } = options;
  const soft = (logits: Sym): Sym => mul(logits, 1 / temperature);
  return mul(klDivergence(soft(stopGradient(teacher)), soft(student)), temperature ** 2);
}

/** KL(N(mean, exp(logVariance)) || N(0, 1)), summed over the last axis, mean over the rest. */
export function gaussianKl(center: Sym, logVariance: Sym): Sym {
  if (!sameShape(center.shape, logVariance.shape))
    throw shapeError('gaussianKl', `a log-variance like the mean ${describe(center)}`, describe(logVariance), 'Reshape one of them.');
  const each = sub(add(square(center), exp(logVariance)), add(logVariance, 1));
  return mul(mean(sum(each, -1)), 0.5);
}

export interface MmdOptions {
  /** Widths of the Gaussian kernels exp(-d^2 / w), as multiples of the mean squared distance. Default 1/4, 1/2, 1, 2, 4 */
  readonly widths?: readonly number[];
  /** Squared distance that counts as 1. Default: the mean over all pairs of both sets, without gradient. */
  readonly unit?: number;
}

/** Squared maximum mean discrepancy between the rows of a [N, d] and b [M, d] with a sum of Gaussian kernels, Gretton et al. 2012. */
export function mmd(a: Sym, b: Sym, options: MmdOptions = {}): Sym {
  const { widths = [0.25, 0.5, 1, 2, 4] } = options;
  const all = concat([a, b], 0);
  const n = all.shape[0]!;
  const squared = squaredDistances(all, all);
  const unit = options.unit ?? stopGradient(mul(sum(mul(squared, offDiagonal(n))), 1 / (n * n - n)));
  const kernel = (x: Sym, y: Sym): Sym => {
    const d = div(squaredDistances(x, y), unit);
    return mean(widths.map((width) => exp(mul(d, -1 / width))).reduce((total, k) => add(total, k)));
  };
  return sub(add(kernel(a, a), kernel(b, b)), mul(kernel(a, b), 2));
}
