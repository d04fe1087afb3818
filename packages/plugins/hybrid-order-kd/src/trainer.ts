import {
  presetNamed,
  type EvidenceOptions,
  type EvidenceReport,
  type Trainer,
  type TrainOptions,
  type TrainResult,
  VerilensError,
} from '@verilens/core';
import type { PictureSet } from '@verilens/data';
import type { LabelledFiles } from '@verilens/data/node';
import { type HybridConfig, PLACE } from './config.ts';
import { RECIPES } from './recipe.ts';
import type { HybridTrainingData } from './train.ts';

/** `small`: about a minute on two cores. `paper`: full size, days on a CPU. */
const PRESETS = ['small', 'paper'] as const;

export const trainer: Trainer = {
  presets: PRESETS,
  /** @param data Nothing (MNIST and Fashion-MNIST), `classFolders`, a `PictureSet`, or `HybridTrainingData` */
  async train(data: unknown, options: TrainOptions): Promise<TrainResult> {
    const preset = presetNamed(PRESETS, options.preset, PLACE);
    const { trainHybridOrder } = await import('./train.ts');
    const recipe = RECIPES[preset];
    const given = isFiles(data) ? await picturesOf(data, recipe.config, options.signal) : data;
    return trainHybridOrder(trainingData(given), options, recipe);
  },
  async evidence(options: EvidenceOptions): Promise<EvidenceReport> {
    return (await import('./evidence.ts')).evidence(options);
  },
};

function trainingData(data: unknown): HybridTrainingData {
  if (data === undefined) return {};
  if (isPictures(data)) return { pictures: data };
  const given = data as Partial<HybridTrainingData> | null;
  const fits =
    typeof given === 'object' &&
    given !== null &&
    (given.pictures === undefined || isPictures(given.pictures)) &&
    (given.teacher === undefined || given.teacher.onnx instanceof Uint8Array) &&
    (given.pictures ?? given.teacher) !== undefined;
  if (fits) return given;
  throw new VerilensError('BAD_INPUT', 'this cannot be trained on', {
    place: PLACE,
    expected: 'folders of pictures (classFolders), a PictureSet of @verilens/data, or { pictures, teacher: { onnx } }',
    got: typeof data,
    remedy: 'Leave --data out for MNIST and Fashion-MNIST.',
  });
}

async function picturesOf(files: LabelledFiles, { high, channels }: HybridConfig, signal?: AbortSignal): Promise<PictureSet> {
  // loaded here: it reads files
  const { readPictures } = await import('@verilens/data/node');
  return readPictures(files, { side: high, channels, ...(signal && { signal }) });
}

function isFiles(data: unknown): data is LabelledFiles {
  return typeof data === 'object' && data !== null && 'items' in data && 'classes' in data && 'root' in data;
}

function isPictures(data: unknown): data is PictureSet {
  return typeof data === 'object' && data !== null && 'pixels' in data && 'labels' in data && 'classes' in data;
}
