import { abs, matmul, mean, mul, slice, sub, sum, type Sym, unitVectors } from '@verilens/nn';

/**
 * alpha of the structure loss. The paper's ln((-50 / C)^3 + 2) was set for 60 base classes and is undefined below about 40;
 * with the base in its place, ln(2 - (5/6 * base / C)^3), it is the paper's at 60: 0.35 there, 0.63 at 100.
 */
export function structureWeight(baseClasses: number, seenClasses: number): number {
  return Math.log(2 - ((5 / 6) * (baseClasses / seenClasses)) ** 3);
}

/** Outputs on the memory cut to the classes that were known before. */
const known = (now: Sym, before: Sym): Sym => slice(now, { axis: 1, start: 0, end: before.shape[1]! });

/** Feature retention: how far outputs moved, mean over the memory of the sum over old classes. `before` [M, C], `now` [M, >= C]. */
export function featureLoss(before: Sym, now: Sym): Sym {
  return mean(sum(abs(sub(before, known(now, before))), 1));
}

/**
 * Structure retention: how far the similarities among the memory's outputs moved, mean over the memory of the sum over a row of
 * |P before - P now|. P = V V^T / M of outputs at unit length: the cosines, which do not grow with the logits. On raw outputs the loss drowned the others and what was learned before suffered.
 */
export function structureLoss(before: Sym, now: Sym): Sym {
  const relations = (v: Sym): Sym => mul(matmul(unitVectors(v), unitVectors(v), { transB: true }), 1 / v.shape[0]!);
  return mean(sum(abs(sub(relations(before), relations(known(now, before)))), 1));
}
