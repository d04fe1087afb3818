import * as nn from '../../src/index.ts';
import type { Sym } from '../../src/index.ts';
import type { Builders } from './builders.ts';

interface Sized {
  readonly size: readonly [number, number];
}

/** Builders of `fixtures/pooling.py`. */
export const pooling = {
  maxPool2d: (a: nn.PoolOptions, x: Sym) => nn.square(nn.maxPool2d(x, a)),
  adaptiveAvgPool2d: (a: Sized, x: Sym) => nn.square(nn.adaptiveAvgPool2d(x, a.size)),
  adaptiveMaxPool2d: (a: Sized, x: Sym) => nn.square(nn.adaptiveMaxPool2d(x, a.size)),
  globalMaxPool: (_: object, x: Sym) => nn.square(nn.globalMaxPool(x)),
  globalAveragePool: (_: object, x: Sym) => nn.square(nn.globalAveragePool(x)),
} satisfies Builders;
