import { add, div, mul, sqrt, square, sub } from '../ops/elementwise.ts';
import type { Sym } from '../sym.ts';

/** One parameter (or several small ones joined end to end) at an update. */
export interface Update {
  readonly value: Sym;
  readonly gradient: Sym;
  /** State tensors of the parameter's shape, by name. */
  readonly slots: Readonly<Record<string, Sym>>;
  /** Scalar inputs of the step, by name. */
  readonly scalars: Readonly<Record<string, Sym>>;
  /** Whether weight decay applies. */
  readonly decay: boolean;
}

export interface Updated {
  readonly value: Sym;
  readonly slots: Readonly<Record<string, Sym>>;
}

/** A pure update rule. */
export interface Optimizer {
  readonly name: string;
  readonly slots: readonly string[];
  /** Slots that begin as a copy of the parameter; the others begin at zero. */
  readonly startAtValue?: readonly string[];
  /** Scalars that change from step to step, from the step number (1 for the first) and the learning rate. */
  scalars(step: number, learningRate: number): Readonly<Record<string, number>>;
  /** Whether weight decay applies to a parameter that does not say so itself. */
  decays(name: string, shape: readonly number[]): boolean;
  update(at: Update): Updated;
}

/** Weight decay is for matrices and kernels, not for biases and norms. */
const matricesOnly = (_name: string, shape: readonly number[]): boolean => shape.length >= 2;

export interface AdamWOptions {
  /** Default 0.9 */
  readonly beta1?: number;
  /** Default 0.999 */
  readonly beta2?: number;
  /** Default 1e-8 */
  readonly epsilon?: number;
  /** Fraction of a weight taken away per step, times the learning rate. Default 0.01 */
  readonly weightDecay?: number;
  /** Which parameters decay. Default: rank 2 and more. */
  readonly decay?: (name: string, shape: readonly number[]) => boolean;
}

/**
 * Loshchilov and Hutter 2019. The moments are kept without their factors (1 - beta), which are folded into two scalars
 * together with the bias correction: fewer operations, the same numbers.
 */
export function adamW(options: AdamWOptions = {}): Optimizer {
  const { beta1 = 0.9, beta2 = 0.999, epsilon = 1e-8, weightDecay = 0.01, decay = matricesOnly } = options;
  return {
    name: 'adamW',
    slots: ['m', 'v'],
    decays: decay,
    scalars: (step, learningRate) => ({
      rate: (learningRate * (1 - beta1)) / (1 - beta1 ** step),
      spread: Math.sqrt((1 - beta2) / (1 - beta2 ** step)),
      keep: 1 - learningRate * weightDecay,
    }),
    update: ({ value, gradient, slots, scalars, decay: decays }) => {
      const m = add(mul(slots['m']!, beta1), gradient);
      const v = add(mul(slots['v']!, beta2), square(gradient));
      const move = div(mul(m, scalars['rate']!), add(mul(sqrt(v), scalars['spread']!), epsilon));
      return { value: sub(decays && weightDecay !== 0 ? mul(value, scalars['keep']!) : value, move), slots: { m, v } };
    },
  };
}

export interface SgdOptions {
  /** Default 0 */
  readonly momentum?: number;
  readonly nesterov?: boolean;
  /** Added to the gradient times the weight (L2). Default 0 */
  readonly weightDecay?: number;
  readonly decay?: (name: string, shape: readonly number[]) => boolean;
}

/** Stochastic gradient descent with PyTorch's meaning of momentum: u = momentum u + g, w = w - rate u. */
export function sgd(options: SgdOptions = {}): Optimizer {
  const { momentum = 0, nesterov = false, weightDecay = 0, decay = matricesOnly } = options;
  return {
    name: 'sgd',
    slots: momentum === 0 ? [] : ['u'],
    decays: decay,
    scalars: (_step, learningRate) => ({ rate: learningRate }),
    update: ({ value, gradient, slots, scalars, decay: decays }): Updated => {
      const g = decays && weightDecay !== 0 ? add(gradient, mul(value, weightDecay)) : gradient;
      if (momentum === 0) return { value: sub(value, mul(g, scalars['rate']!)), slots: {} };
      const u = add(mul(slots['u']!, momentum), g);
      const direction = nesterov ? add(g, mul(u, momentum)) : u;
      return { value: sub(value, mul(direction, scalars['rate']!)), slots: { u } };
    },
  };
}
