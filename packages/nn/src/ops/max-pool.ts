import type { Window } from '../op-types.ts';
import { make, sameShape, type Rule, type Sym } from '../sym.ts';
import { checkImage, poolWindow, upsampleNearest, windowOutput, type PoolOptions } from './convolution.ts';
import { equal, where } from './logic.ts';

type MaxPoolOp = 'maxPool2d' | 'maxPool2dGradient' | 'maxPool2dSelect';

const pooled = (x: Sym, w: Window): readonly number[] => [
  x.shape[0]!,
  x.shape[1]!,
  ...windowOutput('maxPool2d', x.shape[2]!, x.shape[3]!, w),
];

export const maxPoolRules: { [O in MaxPoolOp]: Rule<O> } = {
  maxPool2d: {
    shape: ([x], attrs) => {
      checkImage('maxPool2d', x);
      return { shape: pooled(x, attrs), dtype: 'float32' };
    },
    // where windows tile the picture the largest elements are found by comparing, which is faster but takes all tied ones
    gradient: ({ dy, y, inputs: [x], attrs }) => [
      tiles(x.shape, attrs)
        ? where(equal(x, upsampleNearest(y, attrs.size)), upsampleNearest(dy, attrs.size), 0)
        : make('maxPool2dGradient', maxPoolRules.maxPool2dGradient, [x, dy], attrs),
    ],
  },
  // dy of each window at its first largest element of x; linear in dy
  maxPool2dGradient: {
    shape: ([x]) => ({ shape: x.shape, dtype: 'float32' }),
    gradient: ({ dy, inputs: [x], attrs }) => [null, make('maxPool2dSelect', maxPoolRules.maxPool2dSelect, [x, dy], attrs)],
  },
  // g at the first largest element of x in each window; linear in g
  maxPool2dSelect: {
    shape: ([x], attrs) => ({ shape: pooled(x, attrs), dtype: 'float32' }),
    gradient: ({ dy, inputs: [x], attrs }) => [null, make('maxPool2dGradient', maxPoolRules.maxPool2dGradient, [x, dy], attrs)],
  },
};

/** True when the windows cover pictures [N, C, H, W] exactly once. */
export function tiles(shape: readonly number[], w: Window): boolean {
  return sameShape(w.size, w.stride) && w.padding.every((p) => p === 0) && shape[2]! % w.size[0] === 0 && shape[3]! % w.size[1] === 0;
}

/**
 * Largest element of each window. Padding must stay below the window's size. The gradient goes to the first largest element in
 * reading order, as in PyTorch; where windows tile the picture, to every tied one.
 */
export function maxPool2d(x: Sym, options: PoolOptions): Sym {
  return make('maxPool2d', maxPoolRules.maxPool2d, [x], poolWindow(options));
}
