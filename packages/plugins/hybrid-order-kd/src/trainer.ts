import {
  type EvidenceOptions,
  type EvidenceReport,
  type Trainer,
  type TrainOptions,
  type TrainResult,
  VerilensError,
} from '@verilens/core';
import type { PictureSet } from '@verilens/data';
import { PLACE } from './config.ts';
import { RECIPES } from './recipe.ts';
import type { HybridTrainingData } from './train.ts';

/** `small`: about a minute on two cores. `paper`: full size, days on a CPU. */
const PRESETS = ['small', 'paper'] as const;

export const trainer: Trainer = {
  presets: PRESETS,
  /** @param data Nothing (MNIST and Fashion-MNIST), a `PictureSet`, or `HybridTrainingData` */
  async train(data: unknown, options: TrainOptions): Promise<TrainResult> {
    const preset = PRESETS.find((name) => name === options.preset);
    if (preset === undefined)
      throw new VerilensError('UNKNOWN_NAME', `no preset "${options.preset}"`, {
        place: PLACE,
        expected: PRESETS.join(', '),
        got: options.preset,
      });
    const { trainHybridOrder } = await import('./train.ts');
    return trainHybridOrder(trainingData(data), options, RECIPES[preset]);
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
    expected: 'a PictureSet of @verilens/data, or { pictures, teacher: { onnx } }',
    got: typeof data,
    remedy: 'A folder of real and forged pictures is for detectors; leave --data out for MNIST and Fashion-MNIST.',
  });
}

function isPictures(data: unknown): data is PictureSet {
  return typeof data === 'object' && data !== null && 'pixels' in data && 'labels' in data && 'classes' in data;
}
