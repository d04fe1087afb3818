/**
 * Detector of forged faces in video, after "Deepfake Video Detection with Spatiotemporal Dropout Transformer"
 * (ACM MM 2022, https://arxiv.org/abs/2207.06612). README: deviations, results and limits.
 */
import { VerilensError, type ModelCard, type ModelSource, type Plugin } from '@verilens/core';
import spatialCard from '../models/spatial.json' with { type: 'json' };
import temporalCard from '../models/temporal.json' with { type: 'json' };
import { CONFIGS } from './config.ts';
import { createDetector } from './detector.ts';
import { loadNetwork } from './network.ts';
import { SMALL_RECIPE } from './recipe.ts';

export interface StdtOptions {
  /** Weights of your own, as `verilens train stdt` writes them. Default: the shipped ones. */
  readonly models?: { readonly temporal: StdtModel; readonly spatial: StdtModel };
  /** Bags of patches each clip is read through; more is steadier and slower. Default 8. */
  readonly draws?: number;
}

export interface StdtModel {
  readonly source: ModelSource;
  /** Its card; the file's SHA-256 must match, and the calibration must be there. */
  readonly card: ModelCard;
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
      const { temporal, spatial } = options.models ?? shipped();
      const first = await loadNetwork(runtime, CONFIGS.temporal, temporal.source, temporal.card, draws, signal);
      try {
        return createDetector({
          temporal: first,
          spatial: await loadNetwork(runtime, CONFIGS.spatial, spatial.source, spatial.card, draws, signal),
        });
      } catch (error) {
        await first.dispose();
        throw error;
      }
    },
    trainer: async () => (await import('./trainer.ts')).trainer,
  };
}

function shipped(): NonNullable<StdtOptions['models']> {
  return {
    temporal: { source: new URL('../models/temporal.onnx', import.meta.url), card: temporalCard as ModelCard },
    spatial: { source: new URL('../models/spatial.onnx', import.meta.url), card: spatialCard as ModelCard },
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
