import { type EvidenceOptions, type EvidenceReport, type Trainer, type TrainResult, VerilensError } from '@verilens/core';
import { PLACE } from './config.ts';

/** A learner learns by `learn`, in sessions of its user's; there is nothing to train beforehand. */
export const trainer: Trainer = {
  presets: [],
  async train(): Promise<TrainResult> {
    throw new VerilensError('UNSUPPORTED', 'this method learns from your own pictures, session by session', {
      place: PLACE,
      remedy: 'Use "verilens learn", or learn() of the learner.',
    });
  },
  async evidence(options: EvidenceOptions): Promise<EvidenceReport> {
    return (await import('./evidence.ts')).evidence(options);
  },
};
