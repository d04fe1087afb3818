import * as nn from '../../src/index.ts';
import type { Sym } from '../../src/index.ts';
import type { Builders } from './builders.ts';

/** Builders of `fixtures/batch-norm.py`. */
export const batchNorm: Builders = {
  training: (options: nn.BatchNormOptions, x: Sym, g: Sym, b: Sym) => nn.batchNorm(x, g, b, options).y,
  inference: (_: object, x: Sym, g: Sym, b: Sym, m: Sym, v: Sym) => nn.normaliseChannels(x, g, b, m, nn.square(v)),
};
