import * as nn from '../../src/index.ts';
import type { Sym } from '../../src/index.ts';
import type { Builders } from './builders.ts';

/** Builders of `fixtures/style.py`. */
export const style = {
  modulatedConv2d: (a: nn.ModulatedConv2dOptions, x: Sym, w: Sym, s: Sym) => nn.modulatedConv2d(x, w, s, a),
  upsampleBlurred: (_: object, x: Sym) => nn.square(nn.upsampleBlurred(x)),
} satisfies Builders;
