import type { EvidenceOptions } from '@verilens/core';
import { nameOfPostProcessing, photoCrops, type Photo, type PostProcessing } from '@verilens/data';
import type { TrainedGenerator } from '@verilens/generative';
import { CONFIGS } from './config.ts';
import { SMALL_RECIPE, TINY_RECIPE, type SmallRecipe } from './recipe.ts';
import { installedEsrgan, superResolvedTiles } from './super-resolved.ts';
import { processedTiles, type TileSet } from './tile-set.ts';
import { trainZoo, zooTiles } from './zoo.ts';

/** How much is tried. */
export interface Trial {
  readonly recipe: SmallRecipe;
  readonly trainTiles: number;
  readonly testTiles: number;
  readonly epochs: number;
  readonly conditions: readonly PostProcessing[];
}

export const FULL_TRIAL: Trial = {
  recipe: SMALL_RECIPE,
  trainTiles: 600,
  testTiles: 150,
  epochs: 8,
  conditions: [
    { kind: 'jpeg', quality: 75 },
    { kind: 'webp', quality: 75 },
    { kind: 'blur', sigma: 1 },
    { kind: 'noise', deviation: 4 },
    { kind: 'screenshot', scale: 1.25 },
  ],
};

export const QUICK_TRIAL: Trial = {
  recipe: TINY_RECIPE,
  trainTiles: 16,
  testTiles: 8,
  epochs: 1,
  conditions: [{ kind: 'jpeg', quality: 75 }],
};

/** What a test set was made by, and how. */
export interface TestFamily {
  readonly name: string;
  /** Whose training makes it a seen one. */
  readonly generator: string;
  readonly tiles: TileSet;
}

export interface EvidenceData {
  readonly trial: Trial;
  readonly zoo: ReadonlyMap<string, TrainedGenerator>;
  /** Photographs the generators and the classifiers learn from, and those they never see. */
  readonly photos: { readonly seen: readonly Photo[]; readonly unseen: readonly Photo[] };
  readonly train: ReadonlyMap<string, TileSet>;
  readonly test: readonly TestFamily[];
  /** Pieces of photographs nobody trained on. */
  readonly realTest: TileSet;
  /** Other pieces of the photographs that were trained on: a control. */
  readonly realSeen: TileSet;
  /** Real pieces to train on, drawn anew for each seed. */
  realTrain(seed: number): TileSet;
}

/** Diffusion by steps: fewer and more than trained on, and the noisy sampler of DDPM. */
const DDPM_VARIANTS = [
  { name: 'ddpm, 10 steps', steps: 10, eta: 0 },
  { name: 'ddpm, 25 steps', steps: 25, eta: 0 },
  { name: 'ddpm, 50 steps', steps: 50, eta: 0 },
  { name: 'ddpm, 100 noisy steps', steps: 100, eta: 1 },
] as const;

export async function evidenceData(options: EvidenceOptions, trial: Trial): Promise<EvidenceData> {
  const { runtime, signal, checkpoints, onProgress } = options;
  const { facePhotos, skimagePhotos } = await import('@verilens/data/node');
  const size = CONFIGS.small.tile;
  const seen = await facePhotos([1, 3, 4, 5], import.meta.url, signal);
  const unseen = [...(await facePhotos([2, 6], import.meta.url, signal)), ...(await skimagePhotos(signal))];
  const zoo = await trainZoo(seen, {
    runtime,
    recipe: trial.recipe,
    seed: 0,
    size,
    signal,
    checkpoints,
    onProgress: (name, { step, steps }) => onProgress?.(`training ${name}, step ${step} of ${steps}`, 0),
  });
  const esrgan = await installedEsrgan();
  const train = new Map<string, TileSet>();
  const test: TestFamily[] = [];
  for (const [name, trained] of zoo) {
    onProgress?.(`samples of ${name}`, 0);
    const shared = { runtime, signal, checkpoints };
    const isDiffusion = trained.config.kind === 'ddpm';
    const steps = isDiffusion ? trial.recipe.ddimSteps : undefined;
    train.set(name, await zooTiles(name, trained, { ...shared, count: trial.trainTiles, seed: 1000, steps }));
    const variants = isDiffusion && trial.recipe === SMALL_RECIPE ? DDPM_VARIANTS : [{ name, steps, eta: undefined }];
    for (const variant of variants)
      test.push({
        name: variant.name,
        generator: name,
        tiles: await zooTiles(name, trained, { ...shared, count: trial.testTiles, seed: 3000, steps: variant.steps, eta: variant.eta }),
      });
  }
  const enlarged = { runtime, size, signal };
  train.set('super-resolution', await superResolvedTiles(esrgan, seen, { ...enlarged, count: trial.trainTiles, seed: 'f2c/sr/train' }));
  test.push({
    name: 'super-resolution',
    generator: 'super-resolution',
    tiles: await superResolvedTiles(esrgan, unseen, { ...enlarged, count: trial.testTiles, seed: 'f2c/sr/test' }),
  });
  const crops = (photos: readonly Photo[], count: number, seed: string): TileSet => photoCrops(photos, { size, count, seed });
  return {
    trial,
    zoo,
    photos: { seen, unseen },
    train,
    test,
    realTest: crops(unseen, trial.testTiles, 'f2c/real/test'),
    realSeen: crops(seen, trial.testTiles, 'f2c/real/seen'),
    realTrain: (seed) => crops(seen, trial.trainTiles, `f2c/real/${seed}`),
  };
}

/** The test sets under one condition; `clean` as they are. Both classes go through the same. */
export async function conditioned(data: EvidenceData, condition: PostProcessing | undefined): Promise<ReadonlyMap<string, TileSet>> {
  const sets = new Map<string, TileSet>();
  const named = condition === undefined ? 'clean' : nameOfPostProcessing(condition);
  const all = [
    ['real', data.realTest],
    ['real, seen photographs', data.realSeen],
    ...data.test.map(({ name, tiles }) => [name, tiles] as const),
  ] as const;
  for (const [name, tiles] of all)
    sets.set(name, condition === undefined ? tiles : await processedTiles(tiles, [condition], `f2c/${named}/${name}`));
  return sets;
}
