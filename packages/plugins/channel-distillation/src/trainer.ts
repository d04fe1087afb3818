import { type EvidenceOptions, type EvidenceReport, type Trainer, type TrainResult, VerilensError } from '@verilens/core';

/** A tracker learns its object from the first frame on; there is nothing to train beforehand. What is claimed can be rerun. */
export const trainer: Trainer = {
  presets: [],
  async train(): Promise<TrainResult> {
    throw new VerilensError('UNSUPPORTED', 'this method learns from the frames it follows', {
      place: 'plugin channel-distillation',
      remedy: 'Use "verilens track", or init() and update() of the tracker.',
    });
  },
  async evidence(options: EvidenceOptions): Promise<EvidenceReport> {
    return (await import('./evidence.ts')).evidence(options);
  },
};
