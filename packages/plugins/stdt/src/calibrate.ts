import type { Calibration } from '@verilens/core';
import { fitPlatt, thresholdAtFalseAlarmRate } from '@verilens/metrics';
import { calibratedScore } from './calibration.ts';

/**
 * Score and thresholds from log-odds of clips that were not trained on. The thresholds are quantiles of single clips;
 * a video's log-odds are means over clips, which spread less, so its false-alarm rate on such material is lower.
 */
export function calibrate(
  logits: { readonly real: readonly number[]; readonly forged: readonly number[] },
  options: { readonly data: string; readonly falseAlarmRate: number; readonly inconclusiveFrom: number },
): Calibration {
  const { real, forged } = logits;
  const scale = fitPlatt([...real, ...forged], [...real.map(() => 0), ...forged.map(() => 1)], { balanced: true });
  const at = (rate: number): number => calibratedScore({ ...scale } as Calibration, thresholdAtFalseAlarmRate(real, rate).threshold);
  return {
    data: `${options.data}; ${real.length} real and ${forged.length} forged clips`,
    manipulatedAt: at(options.falseAlarmRate),
    authenticBelow: at(options.inconclusiveFrom),
    falseAlarmRate: options.falseAlarmRate,
    ...scale,
  };
}
