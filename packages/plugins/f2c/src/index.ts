/**
 * Detector of generated images, after "Enhancing Frequency Forgery Clues for Diffusion-Generated Image Detection"
 * (https://arxiv.org/abs/2511.00429). README: deviations, results and limits.
 */
import { VerilensError, type ModelCard, type ModelSource, type Plugin } from '@verilens/core';
import { PLACE } from './config.ts';
import { createDetector } from './detector.ts';
import { loadNetwork } from './network.ts';
import { shippedModel, shippedSpectra } from './shipped.ts';

export { shippedModel } from './shipped.ts';

export interface F2cOptions {
  /** Weights of your own, as `verilens train f2c` writes them. Default: the shipped ones. */
  readonly model?: { readonly source: ModelSource; readonly card: ModelCard };
  /** Tiles looked at in one picture at most; larger pictures are sampled evenly. Default 4096: four megapixels side by side. */
  readonly tiles?: number;
}

/**
 * @example
 * const engine = await createEngine({ runtime: await native(), plugins: [f2c()], services: [media()] });
 * const { status, score } = await engine.detect('photo.jpg');
 */
export function f2c(options: F2cOptions = {}): Plugin<'detector'> {
  const { tiles = 4096, model } = options;
  return {
    name: 'f2c',
    role: 'detector',
    apiVersion: 1,
    async create({ runtime, signal }) {
      if (!(Number.isInteger(tiles) && tiles >= 1 && tiles <= 65536))
        throw new VerilensError('BAD_OPTION', 'tiles cannot be used', {
          place: PLACE,
          expected: 'a whole number from 1 to 65536',
          got: String(tiles),
        });
      const { source, card } = model ?? shippedModel();
      const network = await loadNetwork(runtime, source, card, signal);
      try {
        return createDetector(network, { tiles, spectra: model === undefined ? shippedSpectra() : undefined });
      } catch (error) {
        await network.dispose();
        throw error;
      }
    },
    trainer: async () => (await import('./trainer.ts')).trainer,
  };
}
