import {
  presetNamed,
  VerilensError,
  type EvidenceOptions,
  type EvidenceReport,
  type Trainer,
  type TrainOptions,
  type TrainResult,
} from '@verilens/core';
import type { Dataset } from '@verilens/data';
import { PLACE } from './config.ts';

/** `small`: from photographs, with generators trained on the way. `tiny`: the same in seconds, to try things out; its weights are useless. */
const PRESETS = ['small', 'tiny'] as const;

export const trainer: Trainer = {
  presets: PRESETS,
  async train(data: unknown, options: TrainOptions): Promise<TrainResult> {
    presetNamed(PRESETS, options.preset, PLACE);
    if (data !== undefined && !isDataset(data))
      throw new VerilensError('BAD_INPUT', 'not a dataset', { place: PLACE, expected: 'a dataset of @verilens/data', got: typeof data });
    return (await import('./train.ts')).trainF2c(data, options);
  },
  async evidence(options: EvidenceOptions): Promise<EvidenceReport> {
    return (await import('./evidence.ts')).evidence(options);
  },
};

function isDataset(data: unknown): data is Dataset {
  return typeof data === 'object' && data !== null && 'items' in data && Array.isArray(data.items);
}
