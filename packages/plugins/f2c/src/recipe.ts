import { SMALL_GENERATORS, UPSAMPLINGS, type GeneratorConfig } from '@verilens/generative';

/** Everything that decides what the `small` preset learns, in one place. Raise `version` with any change. */
export interface SmallRecipe {
  readonly version: number;
  /** Pieces of photographs the generators learn from. */
  readonly generatorPictures: number;
  readonly generators: Readonly<Record<string, { readonly config: GeneratorConfig; readonly steps: number }>>;
  /** DDIM steps of the diffusion samples that are trained on. */
  readonly ddimSteps: number;
  /** Tiles of each generator a network is trained on; as many real ones as of all generators together. */
  readonly tilesPerGenerator: number;
  readonly calibrationTiles: number;
  readonly epochs: number;
  readonly batchSize: number;
  readonly learningRate: number;
  /** Chance that one more real picture reaches the alarm threshold. */
  readonly falseAlarmRate: number;
  /** Chance that one more real picture is not called authentic. */
  readonly inconclusiveFrom: number;
}

const { vae, gan, ddpm } = SMALL_GENERATORS;

export const SMALL_RECIPE: SmallRecipe = {
  version: 2,
  generatorPictures: 6000,
  generators: {
    vae: { config: vae, steps: 1200 },
    ...Object.fromEntries(UPSAMPLINGS.map((upsampling) => [`gan-${upsampling}`, { config: { ...gan, upsampling }, steps: 1000 }])),
    ddpm: { config: ddpm, steps: 1500 },
  },
  ddimSteps: 50,
  tilesPerGenerator: 600,
  calibrationTiles: 150,
  epochs: 3,
  batchSize: 64,
  learningRate: 2e-3,
  falseAlarmRate: 0.05,
  inconclusiveFrom: 0.25,
};

/** To see that everything runs, in seconds. */
export const TINY_RECIPE: SmallRecipe = {
  ...SMALL_RECIPE,
  generatorPictures: 64,
  generators: {
    vae: { config: { ...vae, widths: [8, 8, 8], latent: 8 }, steps: 2 },
    'gan-nearest': { config: { ...gan, widths: [8, 8, 8, 8], critic: [8, 8], latent: 8 }, steps: 2 },
    ddpm: { config: { ...ddpm, widths: [8, 8], groups: 4 }, steps: 2 },
  },
  ddimSteps: 2,
  tilesPerGenerator: 16,
  calibrationTiles: 8,
  epochs: 1,
  batchSize: 16,
};
