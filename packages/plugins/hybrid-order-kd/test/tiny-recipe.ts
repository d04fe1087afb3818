import { type HybridRecipe, RECIPES } from '../src/recipe.ts';

/** Trains in seconds. */
export const TINY: HybridRecipe = {
  ...RECIPES.small,
  config: {
    ...RECIPES.small.config,
    teacher: {
      kind: 'convolutions',
      layers: [
        { width: 8, stride: 2 },
        { width: 16, stride: 2 },
        { width: 32, stride: 2 },
      ],
      embedding: 24,
    },
    student: {
      kind: 'convolutions',
      layers: [
        { width: 8, stride: 2 },
        { width: 16, stride: 2 },
      ],
      embedding: 16,
    },
  },
  pictures: 12,
  kept: 8,
  augmentation: { views: 2, shift: 2, flip: 0 },
  teacher: { epochs: 6, batchSize: 16, learningRate: 0.05 },
  assistant: { epochs: 4, batchSize: 16, learningRate: 0.05 },
  student: { epochs: 6, batchSize: 16, learningRate: 0.05 },
};
