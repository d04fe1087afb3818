import * as nn from '../../src/index.ts';
import type { Sym } from '../../src/index.ts';
import type { Builders } from './builders.ts';

/** Builders of `fixtures/functions.py`. */
export const functions = {
  leakyRelu: (a: { slope: number }, x: Sym) => nn.leakyRelu(x, a.slope),
  relu6: (_: object, x: Sym) => nn.relu6(x),
  elu: (a: { alpha: number }, x: Sym) => nn.elu(x, a.alpha),
  selu: (_: object, x: Sym) => nn.selu(x),
  celu: (a: { alpha: number }, x: Sym) => nn.celu(x, a.alpha),
  hardSigmoid: (_: object, x: Sym) => nn.hardSigmoid(x),
  hardSwish: (_: object, x: Sym) => nn.hardSwish(x),
  geluTanh: (_: object, x: Sym) => nn.geluTanh(x),
  mish: (_: object, x: Sym) => nn.mish(x),
  softsign: (_: object, x: Sym) => nn.softsign(x),
  glu: (a: { axis: number }, x: Sym) => nn.glu(x, a.axis),
  maxout: (a: { pieces: number }, x: Sym) => nn.maxout(x, a.pieces),
  prelu: (_: object, x: Sym, slope: Sym) => nn.prelu(x, slope),
  aconC: (_: object, x: Sym, p1: Sym, p2: Sym, beta: Sym) => nn.aconC(x, p1, p2, beta),
  clamp: (a: { low: number; high: number }, x: Sym) => nn.clamp(x, a.low, a.high),
  hardThreshold: (a: { threshold: number }, x: Sym) => nn.hardThreshold(x, a.threshold),
  logSumExp: (a: { axes: number[] }, x: Sym) => nn.logSumExp(x, a.axes),
  norm: (a: { axes: number[]; kind?: 'l1' | 'l2' | 'max' }, x: Sym) => nn.norm(x, a.axes, { kind: a.kind ?? 'l2' }),
  unitVectors: (a: { axis: number }, x: Sym) => nn.unitVectors(x, a.axis),
  prod: (a: { axis?: number }, x: Sym) => nn.prod(x, a.axis),
  cumulativeSum: (a: { axis: number }, x: Sym) => nn.cumulativeSum(x, a.axis),
  cumulativeProduct: (a: { axis: number }, x: Sym) => nn.cumulativeProduct(x, a.axis),
  firstMax: (a: { axis: number }, x: Sym) => nn.firstMax(x, a.axis),
  firstMin: (a: { axis: number }, x: Sym) => nn.firstMin(x, a.axis),
  squaredDistances: (o: { exact?: boolean }, a: Sym, b: Sym) => nn.squaredDistances(a, b, o),
  distances: (_: object, a: Sym, b: Sym) => nn.distances(a, b),
  ownDistances: (_: object, a: Sym) => nn.distances(a),
  cosineSimilarities: (_: object, a: Sym, b: Sym) => nn.cosineSimilarities(a, b),
  einsum: (a: { equation: string }, ...x: Sym[]) => nn.einsum(a.equation, ...x),
} satisfies Builders;
