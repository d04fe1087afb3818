export {
  gradientMatching,
  gradientPenalty,
  hingeDiscriminator,
  hingeGenerator,
  logisticDiscriminator,
  nonSaturatingGenerator,
} from './adversarial.ts';
export {
  bceWithLogits,
  crossEntropy,
  crossEntropyEach,
  marginSoftmax,
  type BceOptions,
  type CrossEntropyOptions,
  type MarginSoftmaxOptions,
} from './classification.ts';
export { cosineEmbedding, infoNce, ntXent, supervisedContrastive, tripletLoss } from './contrastive.ts';
export { distillation, gaussianKl, klDivergence, mmd, type MmdOptions } from './distributions.ts';
export { huber, l1, mse, smoothL1 } from './regression.ts';
export { angleRelation, distanceRelation, gramRelation } from './relations.ts';
export { flooding, totalVariation } from './shaping.ts';
