import * as nn from '../../src/index.ts';
import type { Sym } from '../../src/index.ts';
import type { Builders } from './builders.ts';

type Pair = readonly [number, number];

/** Builders of `fixtures/resampling.py`. */
export const resampling = {
  resize: (a: nn.ResizeOptions & { size: Pair }, x: Sym) => nn.resize(x, a.size, a),
  gridSample: (a: nn.GridSampleOptions, x: Sym, grid: Sym) => nn.gridSample(x, grid, a),
  affineGrid: (a: { size: Pair; alignCorners: boolean }, theta: Sym) => nn.affineGrid(theta, a.size, a),
  deformableConv2d: (a: object, x: Sym, offsets: Sym, w: Sym, mask: Sym, b: Sym) => nn.deformableConv2d(x, offsets, w, b, { ...a, mask }),
  pixelShuffle: (a: { factor: number }, x: Sym) => nn.pixelShuffle(x, a.factor),
  pixelUnshuffle: (a: { factor: number }, x: Sym) => nn.pixelUnshuffle(x, a.factor),
  unfold: (a: nn.PatchOptions & { size: Pair }, x: Sym) => nn.unfold(x, a.size, a),
  fold: (a: nn.PatchOptions & { size: Pair; picture: Pair }, x: Sym) => nn.fold(x, a.picture, a.size, a),
} satisfies Builders;
