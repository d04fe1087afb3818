import * as nn from '../../src/index.ts';
import type { Sym } from '../../src/index.ts';
import type { Builders } from './builders.ts';

const vector = (values: readonly number[]): Sym => nn.constant(Float32Array.from(values), [values.length]);

/** Builders of `fixtures/sample-norms.py`. */
export const sampleNorms = {
  groupNorm: (a: { groups: number }, x: Sym, g: Sym, b: Sym) => nn.groupNorm(x, a.groups, g, b),
  instanceNorm: (_: object, x: Sym, g?: Sym, b?: Sym) => (g === undefined ? nn.square(nn.instanceNorm(x)) : nn.instanceNorm(x, g, b)),
  adaptiveInstanceNorm: (_: object, x: Sym, s: Sym, t: Sym) => nn.adaptiveInstanceNorm(x, s, t),
  layerNorm: (_: object, x: Sym, g: Sym, b: Sym) => nn.layerNorm(x, g, b),
  rmsNorm: (_: object, x: Sym, g: Sym) => nn.rmsNorm(x, g),
  spectralNorm: (a: { u: number[]; v: number[] }, w: Sym) => nn.spectralNorm(w, vector(a.u), vector(a.v), { iterations: 2 }).weight,
} satisfies Builders;
