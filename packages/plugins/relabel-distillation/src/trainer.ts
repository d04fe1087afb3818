import {
  presetNamed,
  type EvidenceOptions,
  type EvidenceReport,
  type Trainer,
  type TrainOptions,
  type TrainResult,
  VerilensError,
} from '@verilens/core';
import { PLACE } from './config.ts';
import type { VaePictures } from './pictures.ts';
import { RECIPES } from './recipe.ts';

const PRESETS = ['small', 'paper'] as const;

export const trainer: Trainer = {
  presets: PRESETS,
  /** @param data Nothing (the package's own pictures) or `VaePictures`: pictures like those to be explained */
  async train(data: unknown, options: TrainOptions): Promise<TrainResult> {
    const preset = presetNamed(PRESETS, options.preset, PLACE);
    const { trainRelabel } = await import('./train.ts');
    return trainRelabel(data === undefined ? undefined : checked(data), options, RECIPES[preset]);
  },
  async evidence(options: EvidenceOptions): Promise<EvidenceReport> {
    return (await import('./evidence.ts')).evidence(options);
  },
};

function checked(data: unknown): VaePictures {
  const fits =
    Array.isArray(data) || (typeof data === 'object' && data !== null && ('items' in data || ('pixels' in data && 'labels' in data)));
  if (fits) return data as VaePictures;
  throw new VerilensError('BAD_INPUT', 'this cannot be trained on', {
    place: PLACE,
    expected: 'a dataset of @verilens/data, a PictureSet, or a list of pictures',
    got: typeof data,
  });
}
