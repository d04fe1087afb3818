import * as nn from '../../src/index.ts';
import type { Sym } from '../../src/index.ts';
import type { Builders } from './builders.ts';

/** Builders of `fixtures/volumes.py`. */
export const volumes: Builders = {
  conv3d: (options: nn.Conv3dOptions, x: Sym, w: Sym, b?: Sym) => nn.conv3d(x, w, b, options),
  maxPool3d: (options: nn.Pool3dOptions, x: Sym) => nn.maxPool3d(x, options),
  avgPool3d: (options: nn.Pool3dOptions, x: Sym) => nn.avgPool3d(x, options),
};
