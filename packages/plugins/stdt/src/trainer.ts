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

/** `small`: from real videos and photographs. `procedural`: from drawn faces alone, for trying things out; not for real video. */
const PRESETS = ['small', 'procedural'] as const;

export const trainer: Trainer = {
  presets: PRESETS,
  async train(data: unknown, options: TrainOptions): Promise<TrainResult> {
    if (presetNamed(PRESETS, options.preset, 'plugin stdt') === 'procedural') {
      if (data !== undefined)
        throw new VerilensError('BAD_OPTION', 'this preset draws its own data', {
          place: 'plugin stdt',
          expected: 'no --data',
          remedy: 'Use the preset small for real videos.',
        });
      return (await import('./train-procedural.ts')).trainProcedural(options);
    }
    const { trainSmall } = await import('./train.ts');
    if (isDataset(data)) return trainSmall(data, options);
    if (data !== undefined)
      throw new VerilensError('BAD_INPUT', 'not a dataset', {
        place: 'plugin stdt',
        expected: 'a dataset of @verilens/data',
        got: typeof data,
      });
    const { trainingFootage } = await import('./sample-footage.ts');
    return trainSmall(await trainingFootage(), options);
  },
  async evidence(options: EvidenceOptions): Promise<EvidenceReport> {
    return (await import('./evidence.ts')).evidence(options);
  },
};

function isDataset(data: unknown): data is Dataset {
  return typeof data === 'object' && data !== null && 'items' in data && Array.isArray(data.items);
}
