import {
  adamW,
  crossEntropy,
  exportInference,
  float32,
  int32,
  sgd,
  trainingStep,
  type Optimizer,
  type Parameters,
  type Target,
  type TrainingStep,
} from '@verilens/nn';
import { WEIGHT_DECAY } from '../peers/fastest-torch.ts';
import type { Network } from './conv-nets.ts';
import type { NetworkCase } from './networks.ts';

/** The optimiser of a case, as PyTorch is given it. */
export function optimizerOf({ optimizer }: NetworkCase): Optimizer {
  return optimizer === 'adamw' ? adamW({ weightDecay: WEIGHT_DECAY }) : sgd();
}

/** A training step on x of `shape`, batch first, with labels y and the cross-entropy of both. */
export function classifierStep(net: Network, shape: readonly number[], optimizer: Optimizer, target: Target): TrainingStep {
  return trainingStep({
    module: net,
    inputs: { x: float32(shape), y: int32([shape[0]!]) },
    loss: (p, { x, y }) => ({ loss: crossEntropy(net.apply(p, x), y) }),
    optimizer,
    target,
  });
}

/** The network of these parameters as a file: x of any batch -> logits. */
export function classifierFile(net: Network, params: Parameters, sample: readonly number[], target: Target): Uint8Array {
  return exportInference({
    module: net,
    params,
    inputs: { x: float32(['batch', ...sample]) },
    forward: (p, { x }) => ({ logits: net.apply(p, x) }),
    target,
  });
}
