import { CONFIGS, type HybridConfig } from './config.ts';
import { HYBRID_ORDER, type RelationWeights } from './relations.ts';
import type { Schedule } from './train-stream.ts';
import type { Augmentation } from './views.ts';

/** Everything that decides what a preset learns. Raise `version` with any change of `small`: its weights are shipped. */
export interface HybridRecipe {
  readonly version: number;
  readonly config: HybridConfig;
  /** Of each trained class. */
  readonly pictures: number;
  /** Pictures of each class kept for measuring, and of each class left out as many again for calibration. */
  readonly kept: number;
  readonly augmentation: Augmentation;
  readonly teacher: Schedule;
  readonly assistant: Schedule;
  readonly student: Schedule;
  readonly weights: RelationWeights;
}

export const RECIPES: { readonly small: HybridRecipe; readonly paper: HybridRecipe } = {
  small: {
    version: 1,
    config: CONFIGS.small,
    pictures: 100,
    kept: 100,
    augmentation: { views: 3, shift: 2, flip: 0 },
    teacher: { epochs: 8, batchSize: 32, learningRate: 0.05 },
    assistant: { epochs: 8, batchSize: 32, learningRate: 0.05 },
    student: { epochs: 6, batchSize: 32, learningRate: 0.05 },
    weights: HYBRID_ORDER,
  },
  paper: {
    version: 1,
    config: CONFIGS.paper,
    pictures: 500,
    kept: 100,
    augmentation: { views: 8, shift: 4, flip: 0.5 },
    teacher: { epochs: 20, batchSize: 128, learningRate: 0.1 },
    assistant: { epochs: 20, batchSize: 128, learningRate: 0.05 },
    student: { epochs: 20, batchSize: 32, learningRate: 0.05 },
    weights: HYBRID_ORDER,
  },
};
