import type { Calibration } from '@verilens/core';

/** Log-odds of a network -> calibrated score 0..1 (Platt scaling on data not used for training). */
export function calibratedScore(calibration: Pick<Calibration, 'scale' | 'offset'>, logit: number): number {
  return 1 / (1 + Math.exp(-(calibration.scale * logit + calibration.offset)));
}

/** Calibrated score -> log-odds of the network. */
export function logitAt(calibration: Calibration, score: number): number {
  return (Math.log(score / (1 - score)) - calibration.offset) / calibration.scale;
}
