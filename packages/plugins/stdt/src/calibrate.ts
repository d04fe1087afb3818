import { VerilensError, type Calibration } from '@verilens/core';
import { fitPlatt, meanSd, studentQuantile } from '@verilens/metrics';
import { calibratedScore } from './calibration.ts';

/** Log-odds of clips that were not trained on. */
export interface KeptLogits {
  /** By the person shown. */
  readonly real: ReadonlyMap<string, readonly number[]>;
  readonly forged: readonly number[];
}

/**
 * Score and thresholds. People differ more than moments of one person do, so the thresholds are one-sided predictive
 * t bounds for the mean log-odds of one more person, given the means of those kept: with few people they are far out,
 * as they should be. An alarm also takes a score of at least 0.5.
 *
 * @throws VerilensError BAD_INPUT for fewer than two people
 */
export function calibrate(
  { real, forged }: KeptLogits,
  options: { readonly data: string; readonly falseAlarmRate: number; readonly inconclusiveFrom: number },
): Calibration {
  const { data, falseAlarmRate, inconclusiveFrom } = options;
  const all = [...real.values()].flat();
  const people = [...real.values()].map((logits) => meanSd(logits).mean);
  if (people.length < 2) {
    throw new VerilensError('BAD_INPUT', 'too few people to set a threshold', {
      place: 'plugin stdt',
      expected: 'two people or more among the clips kept for calibration',
      got: String(people.length),
      remedy: 'Add photographs or videos of other people.',
    });
  }
  const scale = fitPlatt([...all, ...forged], [...all.map(() => 0), ...forged.map(() => 1)], { balanced: true });
  const { mean, sd } = meanSd(people);
  const bound = (rate: number): number => mean + studentQuantile(1 - rate, people.length - 1) * sd * Math.sqrt(1 + 1 / people.length);
  const score = (logit: number): number => calibratedScore(scale, logit);
  const manipulatedAt = Math.max(0.5, score(bound(falseAlarmRate)));
  return {
    data: `${data}; ${all.length} real clips of ${people.length} people and ${forged.length} forged ones`,
    manipulatedAt,
    authenticBelow: Math.min(manipulatedAt, score(bound(inconclusiveFrom))),
    falseAlarmRate,
    ...scale,
  };
}
