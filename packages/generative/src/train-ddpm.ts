import {
  adam,
  add,
  averaged,
  cast,
  constant,
  cosine,
  createTrainer,
  fit,
  float32,
  floor,
  gather,
  mse,
  mul,
  reshape,
  sqrt,
  sub,
  targetOf,
  trainingStep,
  type Parameters,
} from '@verilens/nn';
import type { DdpmConfig } from './config.ts';
import { signalShares } from './noise-schedule.ts';
import type { TrainingRun } from './train.ts';
import { noisePredictor } from './unet.ts';

/** Mean squared error of the predicted noise at times drawn evenly; the averaged weights are kept (decay 0.995). */
export async function trainDdpm(config: DdpmConfig, run: TrainingRun): Promise<Parameters> {
  const { runtime, seed, steps, batchSize, learningRate = 4e-4 } = run;
  const network = noisePredictor(config);
  const shares = constant(Float32Array.from(signalShares(config)), [config.times]);
  const step = trainingStep({
    module: network,
    inputs: { x: float32([batchSize, 3, config.size, config.size]) },
    loss: (p, { x }, draw) => {
      const times = floor(mul(draw.uniform([batchSize]), config.times));
      const share = reshape(gather(shares, cast(times, 'int32')), [batchSize, 1, 1, 1]);
      const noise = draw.normal(x.shape);
      const noised = add(mul(sqrt(share), x), mul(sqrt(sub(1, share)), noise));
      return { loss: mse(network.apply(p, noised, times), noise) };
    },
    optimizer: averaged(adam(), { keep: 0.995 }),
    clipNorm: 1,
    target: targetOf(runtime),
  });
  await using trainer = await createTrainer(step, { runtime, seed });
  await fit({
    trainer,
    steps,
    schedule: cosine({ peak: learningRate, steps, warmup: Math.ceil(0.02 * steps) }),
    batch: (at) => ({ x: run.batch(at) }),
    ...run.fit,
  });
  return trainer.parameters('average');
}
