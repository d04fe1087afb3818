import type { DetectionStatus } from './detector.ts';
import { VerilensError } from './errors.ts';
import type { Calibration } from './model-card.ts';

/** The verdict a calibrated score stands for; `threshold` replaces the calibrated alarm threshold. */
export function statusOf(
  calibration: Pick<Calibration, 'manipulatedAt' | 'authenticBelow'>,
  score: number,
  threshold: number = calibration.manipulatedAt,
): DetectionStatus {
  if (score >= threshold) return 'MANIPULATED';
  return score < Math.min(calibration.authenticBelow, threshold) ? 'AUTHENTIC' : 'INCONCLUSIVE';
}

/** @throws VerilensError BAD_OPTION for a threshold that is no number from 0 to 1; none at all is right */
export function checkThreshold(threshold: number | undefined, place: string): void {
  if (threshold === undefined || (threshold >= 0 && threshold <= 1)) return;
  throw new VerilensError('BAD_OPTION', 'threshold cannot be used', { place, expected: 'a number from 0 to 1', got: String(threshold) });
}
