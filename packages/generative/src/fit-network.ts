import { cosine, createTrainer, fit, type Parameters, type TrainingStep } from '@verilens/nn';
import type { TrainingRun } from './train.ts';

/**
 * Runs a step whose one picture input is `x` along a cosine with a short warm-up.
 * @param kept Which parameters are the result: those of the last step, or their running average where the optimiser has one.
 */
export async function fitNetwork(step: TrainingStep, run: TrainingRun, learningRate: number, kept?: 'average'): Promise<Parameters> {
  const { runtime, seed, steps } = run;
  await using trainer = await createTrainer(step, { runtime, seed });
  await fit({
    trainer,
    steps,
    schedule: cosine({ peak: learningRate, steps, warmup: Math.ceil(0.02 * steps) }),
    batch: (at) => ({ x: run.batch(at) }),
    ...run.fit,
  });
  return trainer.parameters(kept);
}
