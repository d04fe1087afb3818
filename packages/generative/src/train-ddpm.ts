import { adam, averaged, float32, floor, mse, mul, targetOf, trainingStep, type Parameters } from '@verilens/nn';
import type { DdpmConfig } from './config.ts';
import { fitNetwork } from './fit-network.ts';
import { noisedPictures, rootsAt, wantedAnswer } from './prediction.ts';
import type { TrainingRun } from './train.ts';
import { diffusionNetwork } from './unet.ts';

/** Mean squared error of the predicted noise or velocity at times drawn evenly; the averaged weights are kept (decay 0.995). */
export async function trainDdpm(config: DdpmConfig, run: TrainingRun): Promise<Parameters> {
  const { runtime, batchSize, learningRate = 1e-3 } = run;
  const network = diffusionNetwork(config);
  const step = trainingStep({
    module: network,
    inputs: { x: float32([batchSize, 3, config.size, config.size]) },
    loss: (p, { x }, draw) => {
      const times = floor(mul(draw.uniform([batchSize]), config.times));
      const roots = rootsAt(config, times);
      const noise = draw.normal(x.shape);
      const answer = network.apply(p, noisedPictures(roots, x, noise), times);
      return { loss: mse(answer, wantedAnswer(config, roots, x, noise)) };
    },
    optimizer: averaged(adam(), { keep: 0.995 }),
    clipNorm: 1,
    target: targetOf(runtime),
  });
  return fitNetwork(step, run, learningRate, 'average');
}
