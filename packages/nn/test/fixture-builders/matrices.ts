import * as nn from '../../src/index.ts';
import type { Sym } from '../../src/index.ts';
import type { Builders } from './builders.ts';

const symmetric = (a: Sym): Sym => {
  const rank = a.shape.length;
  const swapped = nn.transpose(a, [...Array.from({ length: rank - 2 }, (_, i) => i), rank - 1, rank - 2]);
  return nn.mul(nn.add(a, swapped), 0.5);
};

/** Builders of `fixtures/matrices.py`. */
export const matrices = {
  solve: (_: object, a: Sym, b: Sym) => nn.solve(a, b),
  inverse: (_: object, a: Sym) => nn.inverse(a),
  inverseByIteration: (_: object, a: Sym) => nn.inverseByIteration(a),
  whiteningMatrix: (o: { iterations: number }, a: Sym) => nn.whiteningMatrix(symmetric(a), o),
  covariance: (o: { correction?: number; ridge?: number }, x: Sym) => nn.covariance(x, o),
  cayleyStep: (a: { tau: number }, q: Sym, g: Sym) => nn.cayleyStep(q, g, a.tau),
  singularValue: (_: object, a: Sym, start: Sym) => nn.powerIteration(a, start, { iterations: 60 }).value,
  conjugateGradient: (o: { iterations: number; batchAxes: number }, a: Sym, b: Sym) =>
    nn.conjugateGradient((x) => nn.matmul(symmetric(a), x), b, o),
} satisfies Builders;
