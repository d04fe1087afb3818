import { describe, make, shapeError, type Rule, type Sym, type Value } from '../sym.ts';
import { add, isPositive, mul } from './elementwise.ts';
import { greater, less, or, where } from './logic.ts';
import { lift } from './source.ts';

type PiecewiseOp = 'clamp' | 'leakyRelu';

function checkFloat(op: PiecewiseOp, x: Sym): void {
  if (x.dtype !== 'float32') throw shapeError(op, 'float32', describe(x), "Convert with cast(x, 'float32').");
}

export const piecewiseRules: { readonly [O in PiecewiseOp]: Rule<O> } = {
  clamp: {
    shape: ([x], { low, high }) => {
      checkFloat('clamp', x);
      if (!(low <= high)) throw shapeError('clamp', 'low <= high', `${low}..${high}`, 'Swap the limits.');
      return { shape: x.shape, dtype: 'float32' };
    },
    // 1 on the closed interval, 0 outside, as PyTorch has it
    gradient: ({ dy, inputs: [x], attrs: { low, high } }) => [where(or(less(x, low), greater(x, high)), 0, dy)],
  },
  // one node instead of four: it follows every convolution of a discriminator
  leakyRelu: {
    shape: ([x]) => {
      checkFloat('leakyRelu', x);
      return { shape: x.shape, dtype: 'float32' };
    },
    gradient: ({ dy, inputs: [x], attrs: { slope } }) => [mul(dy, add(mul(isPositive(x), 1 - slope), slope))],
  },
};

/** x limited to low..high; the gradient passes from low to high, both included. */
export function clamp(x: Value, low: number, high: number): Sym {
  return make('clamp', piecewiseRules.clamp, [lift(x)], { low, high });
}

/** x above 0, slope x below; the derivative at 0 is the slope. */
export function leakyRelu(x: Value, slope = 0.01): Sym {
  return make('leakyRelu', piecewiseRules.leakyRelu, [lift(x)], { slope });
}
