import { CONFIGS, type VaeConfig } from './config.ts';

export interface VaeRecipe {
  /** Goes up whenever a new training gives other weights. */
  readonly version: number;
  readonly config: VaeConfig;
  /** Pictures at most. */
  readonly pictures: number;
  readonly epochs: number;
  readonly batchSize: number;
  /** Peak of the cosine, of Adam. */
  readonly learningRate: number;
  /** Weight of the divergence from the standard normal against the squared error summed over a picture. */
  readonly beta: number;
}

/** `small` takes minutes on a CPU, `paper` days. */
export const RECIPES: { readonly paper: VaeRecipe; readonly small: VaeRecipe } = {
  paper: { version: 1, config: CONFIGS.paper, pictures: 200_000, epochs: 20, batchSize: 64, learningRate: 1e-3, beta: 1 },
  small: { version: 1, config: CONFIGS.small, pictures: 12_000, epochs: 14, batchSize: 64, learningRate: 2e-3, beta: 0.25 },
};
