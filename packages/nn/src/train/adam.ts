import { add, div, mul, sqrt, square, sub } from '../ops/elementwise.ts';
import type { Sym } from '../sym.ts';
import { matricesOnly, withL2, type Optimizer, type Update } from './optimizers.ts';

export interface AdamOptions {
  /** Default 0.9 */
  readonly beta1?: number;
  /** Default 0.999 */
  readonly beta2?: number;
  /** Default 1e-8 */
  readonly epsilon?: number;
  /** `adamW`: fraction of a weight taken away per step, times the learning rate (default 0.01). `adam`, `rAdam`: added to the gradient times the weight (default 0). */
  readonly weightDecay?: number;
  /** Which parameters decay. Default: rank 2 and more. */
  readonly decay?: (name: string, shape: readonly number[]) => boolean;
}
export type AdamWOptions = AdamOptions;

/*
 * The moments are kept without their factors (1 - beta), which are folded into scalars together with the bias correction:
 * fewer operations, the same numbers.
 */

/** Loshchilov and Hutter 2019. */
export function adamW(options: AdamWOptions = {}): Optimizer {
  const { beta1 = 0.9, beta2 = 0.999, epsilon = 1e-8, weightDecay = 0.01, decay = matricesOnly } = options;
  return {
    name: 'adamW',
    slots: ['m', 'v'],
    decays: decay,
    scalars: (step, learningRate) => ({ ...corrected(step, learningRate, beta1, beta2), keep: 1 - learningRate * weightDecay }),
    update: ({ value, gradient, slots, scalars, decay: decays }) => {
      const { m, v } = moments(slots, gradient, beta1, beta2);
      const move = div(mul(m, scalars['rate']!), add(mul(sqrt(v), scalars['spread']!), epsilon));
      return { value: sub(decays && weightDecay !== 0 ? mul(value, scalars['keep']!) : value, move), slots: { m, v } };
    },
  };
}

/** Kingma and Ba 2015; weight decay, if any, is L2. */
export function adam(options: AdamOptions = {}): Optimizer {
  const { beta1 = 0.9, beta2 = 0.999, epsilon = 1e-8, weightDecay = 0, decay = matricesOnly } = options;
  return {
    name: 'adam',
    slots: ['m', 'v'],
    decays: decay,
    scalars: (step, learningRate) => corrected(step, learningRate, beta1, beta2),
    update: (at) => {
      const { m, v } = moments(at.slots, withL2(at, weightDecay), beta1, beta2);
      const move = div(mul(m, at.scalars['rate']!), add(mul(sqrt(v), at.scalars['spread']!), epsilon));
      return { value: sub(at.value, move), slots: { m, v } };
    },
  };
}

/** Rectified Adam, Liu et al. 2020: plain momentum while the second moment rests on too few steps. `lookahead(rAdam())` is Ranger. */
export function rAdam(options: AdamOptions = {}): Optimizer {
  const { beta1 = 0.9, beta2 = 0.999, epsilon = 1e-8, weightDecay = 0, decay = matricesOnly } = options;
  const longest = 2 / (1 - beta2) - 1;
  return {
    name: 'rAdam',
    slots: ['m', 'v'],
    decays: decay,
    scalars: (step, learningRate) => {
      const rate = (learningRate * (1 - beta1)) / (1 - beta1 ** step);
      const left = 1 - beta2 ** step;
      const length = longest - (2 * step * beta2 ** step) / left;
      if (length <= 5) return { rate, spread: 0, floor: 1 };
      const rectified = Math.sqrt(((length - 4) * (length - 2) * longest) / ((longest - 4) * (longest - 2) * length));
      return { rate: rate * rectified * Math.sqrt(left), spread: Math.sqrt(1 - beta2), floor: epsilon };
    },
    update: (at) => {
      const { m, v } = moments(at.slots, withL2(at, weightDecay), beta1, beta2);
      const move = div(mul(m, at.scalars['rate']!), add(mul(sqrt(v), at.scalars['spread']!), at.scalars['floor']!));
      return { value: sub(at.value, move), slots: { m, v } };
    },
  };
}

function moments(slots: Update['slots'], gradient: Sym, beta1: number, beta2: number): { readonly m: Sym; readonly v: Sym } {
  return { m: add(mul(slots['m']!, beta1), gradient), v: add(mul(slots['v']!, beta2), square(gradient)) };
}

function corrected(step: number, learningRate: number, beta1: number, beta2: number): { readonly rate: number; readonly spread: number } {
  return {
    rate: (learningRate * (1 - beta1)) / (1 - beta1 ** step),
    spread: Math.sqrt((1 - beta2) / (1 - beta2 ** step)),
  };
}
