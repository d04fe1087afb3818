import { presetNamed, type EvidenceOptions, type EvidenceReport, type Trainer, type TrainOptions, type TrainResult } from '@verilens/core';
import { givenDataset } from '@verilens/data';
import { PLACE } from './config.ts';

/** `small`: from photographs, with generators trained on the way. `tiny`: the same in seconds, to try things out; its weights are useless. */
const PRESETS = ['small', 'tiny'] as const;

export const trainer: Trainer = {
  presets: PRESETS,
  async train(data: unknown, options: TrainOptions): Promise<TrainResult> {
    presetNamed(PRESETS, options.preset, PLACE);
    const dataset = givenDataset(data, PLACE);
    return (await import('./train.ts')).trainF2c(dataset, options);
  },
  async evidence(options: EvidenceOptions): Promise<EvidenceReport> {
    return (await import('./evidence.ts')).evidence(options);
  },
};
