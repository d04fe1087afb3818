/**
 * Detector of forged faces in video, after "Deepfake Video Detection with Spatiotemporal Dropout Transformer"
 * (ACM MM 2022, https://arxiv.org/abs/2207.06612). README: deviations, results and limits.
 */
import { VerilensError, type Plugin } from '@verilens/core';
import { createDetector } from './detector.ts';
import { loadNetworks, shippedModels, type Draws, type StdtModels } from './networks.ts';
import { SMALL_RECIPE } from './recipe.ts';

export { shippedModels, type StdtModel, type StdtModels } from './networks.ts';

export interface StdtOptions {
  /** Weights of your own, as `verilens train stdt` writes them. Default: the shipped ones. */
  readonly models?: StdtModels;
  /** Bags of patches through which each network reads a clip; more is steadier and slower. Default: those its thresholds were set with, 4 (temporal) and 8 (spatial). */
  readonly draws?: number;
}

/**
 * @example
 * const engine = await createEngine({ runtime: await native(), plugins: [stdt()], services: [media(), faces()] });
 * const { status, score } = await engine.detect('interview.mp4');
 */
export function stdt(options: StdtOptions = {}): Plugin<'detector'> {
  return {
    name: 'stdt',
    role: 'detector',
    apiVersion: 1,
    async create({ runtime, signal }) {
      return createDetector(await loadNetworks(runtime, options.models ?? shippedModels(), drawsOf(options), signal));
    },
    trainer: async () => (await import('./trainer.ts')).trainer,
  };
}

function drawsOf({ draws }: StdtOptions): Draws {
  if (draws === undefined) return { temporal: SMALL_RECIPE.temporal.draws, spatial: SMALL_RECIPE.spatial.draws };
  if (Number.isInteger(draws) && draws >= 1 && draws <= 256) return { temporal: draws, spatial: draws };
  throw new VerilensError('BAD_OPTION', 'draws cannot be used', {
    place: 'plugin stdt',
    expected: 'a whole number from 1 to 256',
    got: String(draws),
  });
}
