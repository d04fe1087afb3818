import {
  presetNamed,
  VerilensError,
  type EvidenceOptions,
  type EvidenceReport,
  type Trainer,
  type TrainOptions,
  type TrainResult,
} from '@verilens/core';
import { givenDataset } from '@verilens/data';

/** `small`: from real videos and photographs. `procedural`: from drawn faces alone, for trying things out; not for real video. */
const PRESETS = ['small', 'procedural'] as const;
const PLACE = 'plugin stdt';

export const trainer: Trainer = {
  presets: PRESETS,
  async train(data: unknown, options: TrainOptions): Promise<TrainResult> {
    if (presetNamed(PRESETS, options.preset, PLACE) === 'procedural') {
      if (data !== undefined)
        throw new VerilensError('BAD_OPTION', 'this preset draws its own data', {
          place: PLACE,
          expected: 'no --data',
          remedy: 'Use the preset small for real videos.',
        });
      return (await import('./train-procedural.ts')).trainProcedural(options);
    }
    const dataset = givenDataset(data, PLACE);
    const { trainSmall } = await import('./train.ts');
    if (dataset !== undefined) return trainSmall(dataset, options);
    const { trainingFootage } = await import('./sample-footage.ts');
    return trainSmall(await trainingFootage(), options);
  },
  async evidence(options: EvidenceOptions): Promise<EvidenceReport> {
    return (await import('./evidence.ts')).evidence(options);
  },
};
