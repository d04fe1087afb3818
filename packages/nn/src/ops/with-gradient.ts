import { describe, make, shapeError, type Rule, type Sym } from '../sym.ts';

export const withGradientRules: { readonly withGradient: Rule<'withGradient'> } = {
  withGradient: {
    shape: ([value]) => {
      if (value?.dtype !== 'float32')
        throw shapeError('withGradient', 'a float32 value', value === undefined ? 'none' : describe(value), 'Only floats have gradients.');
      return { shape: value.shape, dtype: 'float32' };
    },
    gradient: ({ dy, y, attrs: { backward } }) => [null, ...backward(dy, y)],
  },
};

/**
 * `value` with a gradient rule of its own: none flows through the graph that made it; `backward` gives those towards
 * `inputs`, one each (or null), from the gradient dy of the value and the value y itself. Written with differentiable
 * functions of dy, y and the inputs, it can be differentiated again.
 * @example A solution of A x = b needs one more solution, not the whole elimination backwards.
 */
export function withGradient(value: Sym, inputs: readonly Sym[], backward: (dy: Sym, y: Sym) => readonly (Sym | null)[]): Sym {
  return make('withGradient', withGradientRules.withGradient, [value, ...inputs], { backward });
}
