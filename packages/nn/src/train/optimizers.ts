import { add, mul, sub } from '../ops/elementwise.ts';
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
export const matricesOnly = (_name: string, shape: readonly number[]): boolean => shape.length >= 2;

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
    update: (at): Updated => {
      const { value, slots, scalars } = at;
      const g = withL2(at, weightDecay);
      if (momentum === 0) return { value: sub(value, mul(g, scalars['rate']!)), slots: {} };
      const u = add(mul(slots['u']!, momentum), g);
      const direction = nesterov ? add(g, mul(u, momentum)) : u;
      return { value: sub(value, mul(direction, scalars['rate']!)), slots: { u } };
    },
  };
}

/** A weight that decays and its gradient, with the decay added to the gradient (L2), as PyTorch's SGD and Adam do. */
export function withL2({ value, gradient, decay }: Pick<Update, 'value' | 'gradient' | 'decay'>, weightDecay: number): Sym {
  return decay && weightDecay !== 0 ? add(gradient, mul(value, weightDecay)) : gradient;
}
