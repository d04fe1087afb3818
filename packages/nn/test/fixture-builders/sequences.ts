import * as nn from '../../src/index.ts';
import type { Sym } from '../../src/index.ts';
import type { Builders } from './builders.ts';

/** Builders of `fixtures/sequences.py`. */
export const sequences = {
  conv1d: (a: nn.Conv1dOptions, x: Sym, w: Sym, b?: Sym) => nn.conv1d(x, w, b, a),
  convTranspose1d: (a: nn.ConvTranspose1dOptions, x: Sym, w: Sym, b?: Sym) => nn.convTranspose1d(x, w, b, a),
  convTranspose2d: (a: nn.ConvTranspose2dOptions, x: Sym, w: Sym, b?: Sym) => nn.convTranspose2d(x, w, b, a),
  maxPool1d: (a: nn.Pool1dOptions, x: Sym) => nn.maxPool1d(x, a),
  avgPool1d: (a: nn.Pool1dOptions, x: Sym) => nn.avgPool1d(x, a),
} satisfies Builders;
