import { gradients } from '../gradients.ts';
import { add, maximum, mul, neg, reciprocal, relu, softplus, sqrt, square, sub } from '../ops/elementwise.ts';
import { mean, sum } from '../ops/reduce.ts';
import { describe, shapeError, type Sym } from '../sym.ts';

/** Hinge loss of a discriminator from its scores of real and generated samples: mean max(0, 1 - real) + mean max(0, 1 + fake). */
export function hingeDiscriminator(real: Sym, fake: Sym): Sym {
  return add(mean(relu(sub(1, real))), mean(relu(add(fake, 1))));
}

/** What the generator adds to it: -mean(fake). */
export function hingeGenerator(fake: Sym): Sym {
  return neg(mean(fake));
}

/** Logistic loss of a discriminator, Goodfellow et al. 2014: mean softplus(-real) + mean softplus(fake). */
export function logisticDiscriminator(real: Sym, fake: Sym): Sym {
  return add(mean(softplus(neg(real))), mean(softplus(fake)));
}

/** The non-saturating loss of its generator: mean softplus(-fake). */
export function nonSaturatingGenerator(fake: Sym): Sym {
  return mean(softplus(neg(fake)));
}

/**
 * Mean over the batch of (|d score / d x| - length)^2; x [B, ...] is what `scores` were computed from. Length 0 is R1 of Mescheder
 * et al. 2018 (times gamma / 2), length 1 the WGAN penalty of Gulrajani et al. 2017. Its gradient is a second gradient.
 */
export function gradientPenalty(scores: Sym, x: Sym, options: { readonly length?: 0 | 1 } = {}): Sym {
  if (x.shape.length < 2 || scores.shape[0] !== x.shape[0])
    throw shapeError(
      'gradientPenalty',
      'scores and x with the batch as first axis',
      `${describe(scores)} and ${describe(x)}`,
      'Pass the tensor the scores were computed from.',
    );
  const [slope] = gradients(sum(scores), [x]) as [Sym];
  const squared = sum(square(slope), x.shape.map((_, i) => i).slice(1));
  return options.length === 1 ? mean(square(sub(sqrt(maximum(squared, 1e-12)), 1))) : mean(squared);
}

/**
 * How far apart two lists of gradients are, for making data whose gradient is that of other data (Zhao et al. 2021): the summed
 * squared difference, or one minus the cosine of each pair of tensors, summed. Second gradients flow into whatever made them.
 */
export function gradientMatching(
  made: readonly Sym[],
  wanted: readonly Sym[],
  options: { readonly distance?: 'squared' | 'cosine' } = {},
): Sym {
  if (made.length !== wanted.length || made.length === 0)
    throw shapeError(
      'gradientMatching',
      'two equally long lists of gradients',
      `${made.length} and ${wanted.length}`,
      'Take both towards the same tensors.',
    );
  const one = (a: Sym, b: Sym): Sym => {
    if (options.distance !== 'cosine') return sum(square(sub(a, b)));
    const length = (x: Sym): Sym => sqrt(maximum(sum(square(x)), 1e-12));
    return sub(1, mul(sum(mul(a, b)), reciprocal(mul(length(a), length(b)))));
  };
  return made.map((a, i) => one(a, wanted[i]!)).reduce((total, d) => add(total, d));
}
