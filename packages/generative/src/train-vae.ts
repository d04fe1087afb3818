import { adam, float32, targetOf, trainingStep, type Parameters } from '@verilens/nn';
import type { VaeConfig } from './config.ts';
import { fitNetwork } from './fit-network.ts';
import type { TrainingRun } from './train.ts';
import { vaeNetwork } from './vae.ts';

export async function trainVae(config: VaeConfig, run: TrainingRun): Promise<Parameters> {
  const { runtime, batchSize, learningRate = 1e-3 } = run;
  const network = vaeNetwork(config);
  const step = trainingStep({
    module: network,
    inputs: { x: float32([batchSize, 3, config.size, config.size]) },
    loss: (p, { x }, draw) => {
      const { loss, error, kl } = network.apply(p, x, draw);
      return { loss, metrics: { error, kl } };
    },
    optimizer: adam(),
    clipNorm: 100,
    target: targetOf(runtime),
  });
  return fitNetwork(step, run, learningRate);
}
