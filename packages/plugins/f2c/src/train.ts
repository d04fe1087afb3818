import {
  throwIfAborted,
  VerilensError,
  type Image,
  type ModelCard,
  type TrainOptions,
  type TrainProgress,
  type TrainResult,
} from '@verilens/core';
import { photoCrops, type Dataset, type Photo, type PostProcessingLaw } from '@verilens/data';
import { writeGenerator } from '@verilens/generative';
import { rocAuc } from '@verilens/metrics';
import { writeSafetensors } from '@verilens/nn';
import { calibrate } from './calibration.ts';
import { networkCard } from './card.ts';
import { CONFIGS, PLACE } from './config.ts';
import { exportF2c } from './model.ts';
import { loadNetwork, type Network } from './network.ts';
import { quarters } from './pieces.ts';
import { SMALL_RECIPE, TINY_RECIPE, type SmallRecipe } from './recipe.ts';
import { radialSpectrum } from './spectrum.ts';
import { installedEsrgan, superResolvedTiles } from './super-resolved.ts';
import { countOf, joinTiles, planesOf, type TileSet } from './tile-set.ts';
import { trainClassifier } from './train-classifier.ts';
import { trainZoo, zooTiles } from './zoo.ts';

/**
 * What every tile goes through in training, real or generated alike: both classes get the same history of compression, or the
 * network would learn who was a JPEG file.
 */
export const TRAINING_LAWS: readonly PostProcessingLaw[] = [
  { chance: 0.2, draw: (random) => ({ kind: 'blur', sigma: random.uniform(0.1, 0.7) }) },
  { chance: 0.5, draw: (random) => ({ kind: 'jpeg', quality: random.integer(60, 101) }) },
];

/** Pieces of photographs from their own pixels down to a sixth. */
const REAL_SCALES: readonly [number, number] = [1, 6];
const TILES_OF_A_PICTURE = 256;

interface Material {
  readonly real: TileSet;
  readonly generated: TileSet;
  readonly keptReal: TileSet;
  readonly keptGenerated: TileSet;
  /** Whole pictures, real, kept from training: thresholds come from them. */
  readonly keptPictures: readonly Image[];
  readonly description: readonly string[];
  readonly parameters: TrainResult['parameters'];
}

/** The whole of the `small` preset: generators, tiles, classifier, calibration, card. Resumes from its checkpoints. */
export async function trainF2c(dataset: Dataset | undefined, options: TrainOptions): Promise<TrainResult> {
  const recipe = options.preset === 'tiny' ? TINY_RECIPE : SMALL_RECIPE;
  const config = CONFIGS.small;
  const { runtime, seed, signal, checkpoints } = options;
  const material = dataset === undefined ? await ownMaterial(recipe, options) : await givenMaterial(dataset, recipe, options);
  const { parameters, scale } = await trainClassifier({
    runtime,
    config,
    real: material.real,
    generated: material.generated,
    seed,
    epochs: recipe.epochs,
    batchSize: recipe.batchSize,
    learningRate: recipe.learningRate,
    augment: TRAINING_LAWS,
    signal,
    onProgress: options.onProgress,
    checkpoints,
  });
  const onnx = exportF2c(config, scale, parameters);
  const bare = await networkCard({
    config,
    onnx,
    seed,
    command: `verilens train f2c --preset ${options.preset} --seed ${seed} --device ${runtime.device} --threads ${runtime.threads}${dataset === undefined ? '' : ' --data <folder>'}`,
    data: [...material.description, `recipe version ${recipe.version}`],
  });
  const network = await loadNetwork(runtime, onnx, bare, signal);
  try {
    const realTiles = [...(await network.logits(planesOf(material.keptReal), signal))];
    const generatedTiles = [...(await network.logits(planesOf(material.keptGenerated), signal))];
    const realPictures = await pictureLogits(network, material.keptPictures, signal);
    const calibration = calibrate(
      { realTiles, generatedTiles, realPictures },
      {
        data: `${realPictures.length} pieces of photographs kept from training at up to three scales, ${realTiles.length} real and ${generatedTiles.length} generated tiles`,
        falseAlarmRate: recipe.falseAlarmRate,
        inconclusiveFrom: recipe.inconclusiveFrom,
      },
    );
    const card: ModelCard = { ...bare, calibration };
    const spectra = {
      real: radialSpectrum(planesOf(material.keptReal), config.tile),
      generated: radialSpectrum(planesOf(material.keptGenerated), config.tile),
    };
    return {
      models: [{ file: 'f2c.onnx', onnx, card }],
      parameters: [
        { file: 'f2c.safetensors', bytes: writeSafetensors(parameters, { format: 'f2c', seed: String(seed), scale: String(scale) }) },
        { file: 'spectra.json', bytes: new TextEncoder().encode(`${JSON.stringify(spectra, undefined, 2)}\n`) },
        ...material.parameters,
      ],
      summary: {
        'AUC on kept tiles': rocAuc([...realTiles, ...generatedTiles], [...realTiles.map(() => 0), ...generatedTiles.map(() => 1)]),
        'SHA-256': card.sha256,
        manipulatedAt: calibration.manipulatedAt,
        authenticBelow: calibration.authenticBelow,
        seed,
      },
    };
  } finally {
    await network.dispose();
  }
}

/** Mean log-odds of each picture; pictures that are flat everywhere are left out. */
export async function pictureLogits(network: Network, pictures: readonly Image[], signal?: AbortSignal): Promise<number[]> {
  const means: number[] = [];
  for (const picture of pictures) {
    const { logits } = await network.scan(picture, TILES_OF_A_PICTURE, signal);
    const judged = [...logits].filter((logit) => !Number.isNaN(logit));
    if (judged.length > 0) means.push(judged.reduce((sum, logit) => sum + logit, 0) / judged.length);
  }
  return means;
}

/** Installed photographs, and the generators trained on them. */
async function ownMaterial(recipe: SmallRecipe, options: TrainOptions): Promise<Material> {
  const { runtime, seed, signal, checkpoints } = options;
  const { facePhotos } = await import('@verilens/data/node');
  const size = CONFIGS.small.tile;
  const train = await facePhotos([1, 3, 4, 5], import.meta.url, signal);
  const kept = await facePhotos([2, 6], import.meta.url, signal);
  const names = Object.keys(recipe.generators);
  const totalSteps = Object.values(recipe.generators).reduce((sum, { steps }) => sum + steps, 0);
  const before = (name: string): number =>
    names.slice(0, names.indexOf(name)).reduce((sum, other) => sum + recipe.generators[other]!.steps, 0);
  const zoo = await trainZoo(train, {
    runtime,
    recipe,
    seed: 0,
    size,
    signal,
    checkpoints,
    onProgress: (name, progress: TrainProgress) =>
      options.onProgress?.({ ...progress, step: before(name) + progress.step, steps: totalSteps }),
  });
  const esrgan = await installedEsrgan();
  const each = recipe.tilesPerGenerator;
  const spare = recipe.calibrationTiles;
  const generated: TileSet[] = [];
  const keptGenerated: TileSet[] = [];
  for (const [name, trained] of zoo) {
    throwIfAborted(signal, PLACE);
    const sample = { runtime, signal, checkpoints, ...(trained.config.kind === 'ddpm' ? { steps: recipe.ddimSteps } : {}) };
    generated.push(await zooTiles(name, trained, { ...sample, count: each, seed: 1000 }));
    keptGenerated.push(await zooTiles(name, trained, { ...sample, count: spare, seed: 2000 }));
  }
  const enlarged = { runtime, size, signal };
  generated.push(await superResolvedTiles(esrgan, train, { ...enlarged, count: each, seed: 'f2c/sr/train' }));
  keptGenerated.push(await superResolvedTiles(esrgan, kept, { ...enlarged, count: spare, seed: 'f2c/sr/kept' }));
  const all = joinTiles(generated);
  const allKept = joinTiles(keptGenerated);
  return {
    generated: all,
    keptGenerated: allKept,
    real: realTiles(train, countOf(all), `f2c/real/${seed}`),
    keptReal: realTiles(kept, countOf(allKept), 'f2c/real/kept'),
    keptPictures: kept.flatMap(({ image }) => quarters(image)),
    description: [
      `real: pieces of ${train.map(({ name }) => name).join(', ')} of the npm package @vladmandic/face-api (MIT)`,
      `generated: ${each} tiles each of ${names.join(', ')} (trained on the same photographs, seed 0), and of the photographs halved and enlarged by @upscalerjs/esrgan-slim (MIT)`,
    ],
    parameters: [...zoo].map(([name, trained]) => ({ file: `${name}.safetensors`, bytes: writeGenerator(trained) })),
  };
}

/** A user's own pictures: real ones, and generated ones if there are any; the last fifth of each is kept. */
async function givenMaterial(dataset: Dataset, recipe: SmallRecipe, options: TrainOptions): Promise<Material> {
  const { signal } = options;
  const photos = { real: [] as Photo[], fake: [] as Photo[] };
  for (const item of dataset.items) {
    throwIfAborted(signal, PLACE);
    await using media = await item.open({ signal });
    if (media.kind !== 'image') continue;
    for await (const { image } of media.frames())
      if (Math.min(image.width, image.height) >= CONFIGS.small.tile) photos[item.label].push({ name: item.id, image });
  }
  const least = 5;
  if (photos.real.length < least || photos.fake.length < least)
    throw new VerilensError('BAD_INPUT', 'too few pictures', {
      place: PLACE,
      expected: `at least ${least} real and ${least} generated pictures of ${CONFIGS.small.tile} pixels or more, in real/ and fake/`,
      got: `${photos.real.length} real and ${photos.fake.length} generated ones`,
      remedy: 'Without --data the method trains generators of its own on installed photographs.',
    });
  const split = (list: readonly Photo[]): [Photo[], Photo[]] => {
    const from = Math.floor(0.8 * list.length);
    return [list.slice(0, from), list.slice(from)];
  };
  const [[real, keptReal], [fake, keptFake]] = [split(photos.real), split(photos.fake)];
  const count = Math.max(recipe.tilesPerGenerator, 20 * fake.length);
  const cut = (list: readonly Photo[], tiles: number, name: string): TileSet =>
    photoCrops(list, {
      size: CONFIGS.small.tile,
      count: tiles,
      seed: `f2c/given/${name}/${options.seed}`,
      reduce: [1, 1],
      leastContrast: 3,
    });
  return {
    real: cut(real, count, 'real'),
    generated: cut(fake, count, 'fake'),
    keptReal: cut(keptReal, recipe.calibrationTiles, 'kept real'),
    keptGenerated: cut(keptFake, recipe.calibrationTiles, 'kept fake'),
    keptPictures: keptReal.length >= 3 ? keptReal.map(({ image }) => image) : keptReal.flatMap(({ image }) => quarters(image)),
    description: [`${dataset.name}: ${photos.real.length} real and ${photos.fake.length} generated pictures`],
    parameters: [],
  };
}

function realTiles(photos: readonly Photo[], count: number, seed: string): TileSet {
  return photoCrops(photos, { size: CONFIGS.small.tile, count, seed, reduce: REAL_SCALES });
}
