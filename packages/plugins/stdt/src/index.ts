/**
 * Detector of forged faces in video, after "Deepfake Video Detection with Spatiotemporal Dropout Transformer"
 * (ACM MM 2022, https://arxiv.org/abs/2207.06612). README: deviations, results and limits.
 */
import { VerilensError, type Plugin } from '@verilens/core';
import { createDetector } from './detector.ts';
import { loadNetworks, shippedModels, type StdtModels } from './networks.ts';
import { SMALL_RECIPE } from './recipe.ts';

export { shippedModels, type StdtModel, type StdtModels } from './networks.ts';

export interface StdtOptions {
  /** Weights of your own, as `verilens train stdt` writes them. Default: the shipped ones. */
  readonly models?: StdtModels;
  /** Bags of patches each clip is read through; more is steadier and slower. Default 8. */
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
      const draws = checkDraws(options.draws ?? SMALL_RECIPE.draws);
      return createDetector(await loadNetworks(runtime, options.models ?? shippedModels(), draws, signal));
    },
    trainer: async () => (await import('./trainer.ts')).trainer,
  };
}

function checkDraws(draws: number): number {
  if (Number.isInteger(draws) && draws >= 1 && draws <= 256) return draws;
  throw new VerilensError('BAD_OPTION', 'draws cannot be used', {
    place: 'plugin stdt',
    expected: 'a whole number from 1 to 256',
    got: String(draws),
  });
}
