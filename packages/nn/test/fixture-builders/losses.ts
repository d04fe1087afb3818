import * as nn from '../../src/index.ts';
import type { Sym } from '../../src/index.ts';
import type { Builders } from './builders.ts';

const ints = (labels: readonly number[]): Sym => nn.constant(Int32Array.from(labels), [labels.length]);
type Labelled = { readonly labels: readonly number[] };

/** Builders of `fixtures/losses.py`. */
export const losses = {
  crossEntropy: (a: Partial<Labelled> & nn.CrossEntropyOptions, x: Sym, t?: Sym) => nn.crossEntropy(x, t ?? ints(a.labels!), a),
  crossEntropyEach: (a: Labelled & nn.CrossEntropyOptions, x: Sym) => nn.crossEntropyEach(x, ints(a.labels), a),
  bceWithLogits: (a: nn.BceOptions, z: Sym, t: Sym) => nn.bceWithLogits(z, t, a),
  l1: (_: object, a: Sym, b: Sym) => nn.l1(a, b),
  mse: (_: object, a: Sym, b: Sym) => nn.mse(a, b),
  huber: (o: object, a: Sym, b: Sym) => nn.huber(a, b, o),
  smoothL1: (o: object, a: Sym, b: Sym) => nn.smoothL1(a, b, o),
  klDivergence: (_: object, p: Sym, q: Sym) => nn.klDivergence(p, q),
  distillation: (o: object, s: Sym, t: Sym) => nn.distillation(s, t, o),
  gaussianKl: (_: object, m: Sym, v: Sym) => nn.gaussianKl(m, v),
  mmd: (o: object, a: Sym, b: Sym) => nn.mmd(a, b, o),
  infoNce: (o: object, q: Sym, k: Sym) => nn.infoNce(q, k, o),
  ntXent: (o: object, a: Sym, b: Sym) => nn.ntXent(a, b, o),
  supervisedContrastive: (o: Labelled & { temperature?: number }, z: Sym) => nn.supervisedContrastive(z, ints(o.labels), o),
  tripletLoss: (o: object, a: Sym, p: Sym, n: Sym) => nn.tripletLoss(a, p, n, o),
  cosineEmbedding: (o: { readonly targets: readonly number[]; readonly margin?: number }, a: Sym, b: Sym) =>
    nn.cosineEmbedding(a, b, nn.constant(Float32Array.from(o.targets), [o.targets.length]), o),
  distanceRelation: (_: object, s: Sym, t: Sym) => nn.distanceRelation(s, t),
  angleRelation: (_: object, s: Sym, t: Sym) => nn.angleRelation(s, t),
  gramRelation: (_: object, s: Sym, t: Sym) => nn.gramRelation(s, t),
  marginSoftmax: (o: Labelled & nn.MarginSoftmaxOptions, c: Sym) => nn.marginSoftmax(c, ints(o.labels), o),
  hingeDiscriminator: (_: object, real: Sym, fake: Sym) => nn.hingeDiscriminator(real, fake),
  hingeGenerator: (_: object, fake: Sym) => nn.hingeGenerator(fake),
  logisticDiscriminator: (_: object, real: Sym, fake: Sym) => nn.logisticDiscriminator(real, fake),
  nonSaturatingGenerator: (_: object, fake: Sym) => nn.nonSaturatingGenerator(fake),
  flooding: (o: { readonly level: number }, x: Sym) => nn.flooding(nn.sum(x), o.level),
  totalVariation: (o: object, x: Sym) => nn.totalVariation(x, o),
  unitVectors: (_: object, x: Sym) => nn.unitVectors(x),
} satisfies Builders;
