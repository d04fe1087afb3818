import type { TrainOptions } from '@verilens/core';
import {
  add,
  adam,
  cosine,
  createTrainer,
  fit,
  float32,
  gaussianKl,
  mean,
  mul,
  type Parameters,
  shuffledBatches,
  square,
  sub,
  sum,
  targetOf,
  trainingStep,
} from '@verilens/nn';
import type { VaeRecipe } from './recipe.ts';
import { type Vae, vaeOf } from './vae.ts';

/** Bytes [count, 3, side, side]: a quarter of what floats would take. */
export interface Planes {
  readonly count: number;
  readonly side: number;
  readonly data: Uint8Array;
}

export interface TrainedVae {
  readonly vae: Vae;
  readonly parameters: Parameters;
}

/** Bit-identical for equal pictures and seed on native CPU; goes on from its checkpoint. */
export async function trainVae(
  { count, side, data }: Planes,
  { config, epochs, batchSize, learningRate, beta }: VaeRecipe,
  { runtime, seed, signal, onProgress, checkpoints, checkpointEvery }: TrainOptions,
): Promise<TrainedVae> {
  const vae = vaeOf(config);
  const size = 3 * side * side;
  const batch = Math.min(batchSize, count);
  const step = trainingStep({
    module: vae,
    inputs: { pictures: float32([batch, 3, side, side]) },
    loss: (p, { pictures }, draw) => {
      const { made, mean: middle, logVariance } = vae.apply(p, pictures, draw.normal([batch, config.latent]));
      const error = mean(sum(square(sub(made, pictures)), [1, 2, 3]));
      const divergence = gaussianKl(middle, logVariance);
      return { loss: add(error, mul(divergence, beta)), metrics: { error, divergence } };
    },
    optimizer: adam(),
    clipNorm: 100,
    target: targetOf(runtime),
  });
  await using trainer = await createTrainer(step, { runtime, seed });
  const steps = epochs * Math.max(1, Math.floor(count / batch));
  const order = shuffledBatches({ count, batchSize: batch, seed });
  await fit({
    trainer,
    steps,
    schedule: cosine({ peak: learningRate, steps, warmup: Math.ceil(0.03 * steps) }),
    batch(at) {
      const pictures = new Float32Array(batch * size);
      order(at).forEach((place, k) => {
        for (let i = 0; i < size; i++) pictures[k * size + i] = data[place * size + i]! / 255;
      });
      return { pictures };
    },
    signal,
    onProgress,
    checkpoints,
    checkpointEvery,
  });
  return { vae, parameters: trainer.parameters() };
}
