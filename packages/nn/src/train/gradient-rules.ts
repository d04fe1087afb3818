import { VerilensError } from '@verilens/core';
import { add, addAll, div, maximum, minimum, mul, sqrt, square } from '../ops/elementwise.ts';
import { sum } from '../ops/reduce.ts';
import type { Sym } from '../sym.ts';

/** A loss and its gradients towards the trained tensors, in their order. */
export interface Slope {
  readonly loss: Sym;
  readonly gradients: readonly Sym[];
}

export interface Directions {
  readonly gradients: readonly Sym[];
  /** Scalars to report. */
  readonly metrics?: Readonly<Record<string, Sym>>;
}

/**
 * Decides which gradients the optimiser gets. `values` are the trained tensors, `here` is the slope at them, and
 * `there(others)` is the slope elsewhere, for the same batch and the same random draws.
 */
export type GradientRule = (at: {
  readonly values: readonly Sym[];
  readonly here: Slope;
  readonly there: (values: readonly Sym[]) => Slope;
}) => Directions;

/** Inner product of two lists of tensors, as if each list were one long vector. */
export function dotAll(a: readonly Sym[], b: readonly Sym[]): Sym {
  return addAll(a.map((x, i) => sum(mul(x, b[i]!))));
}

/** Length of a list of tensors taken as one vector. */
export function normAll(tensors: readonly Sym[]): Sym {
  return sqrt(addAll(tensors.map((x) => sum(square(x)))));
}

export interface SamOptions {
  /** Length of the step towards higher loss. Default 0.05 */
  readonly rho?: number;
  /** Makes the gradient from the plain one and the one at the perturbed point. Default: the latter. */
  readonly combine?: (at: { readonly plain: readonly Sym[]; readonly sharp: readonly Sym[] }) => Directions;
}

/**
 * Sharpness-aware minimisation, Foret et al. 2021: the gradient at V + rho g / |g|, where g is the gradient at V.
 * Two forward and backward passes in one graph. Reports the loss at the perturbed point as `sharpLoss`.
 */
export function sam(options: SamOptions = {}): GradientRule {
  const { rho = 0.05, combine = ({ sharp }): Directions => ({ gradients: sharp }) } = options;
  if (!(rho > 0)) throw new VerilensError('BAD_OPTION', 'rho is a length', { place: 'nn sam', expected: 'rho > 0', got: String(rho) });
  return ({ values, here, there }) => {
    const scale = div(rho, add(normAll(here.gradients), 1e-12));
    const sharp = there(values.map((value, i) => add(value, mul(here.gradients[i]!, scale))));
    const { gradients, metrics } = combine({ plain: here.gradients, sharp: sharp.gradients });
    return { gradients, metrics: { sharpLoss: sharp.loss, ...metrics } };
  };
}

/** Cosine of the angle between two gradients. */
export function gradientCosine(a: readonly Sym[], b: readonly Sym[]): Sym {
  return div(dotAll(a, b), add(mul(normAll(a), normAll(b)), 1e-12));
}

/** Each element into -limit..limit. */
export function clipEach(gradients: readonly Sym[], limit: number): Sym[] {
  return gradients.map((g) => minimum(maximum(g, -limit), limit));
}

/** The whole vector scaled down to length `limit` when it is longer; `norm` is its length. PyTorch's clip_grad_norm_. */
export function clipWhole(gradients: readonly Sym[], norm: Sym, limit: number): Sym[] {
  const scale = minimum(div(limit, add(norm, 1e-6)), 1);
  return gradients.map((g) => mul(g, scale));
}
