import { VerilensError, type Calibration } from '@verilens/core';
import { applyPlatt, fitPlatt, meanSd, studentQuantile } from '@verilens/metrics';
import { PLACE } from './config.ts';

/** Calibrated score -> log-odds of the network. */
function logitAt({ scale, offset }: Calibration, score: number): number {
  const p = Math.min(Math.max(score, 1e-9), 1 - 1e-9);
  return (Math.log(p / (1 - p)) - offset) / scale;
}

/** So many tiles move the verdict half as far as endless ones that agree. */
const FEW = 4;

/**
 * Score of a picture: the mean log-odds of its tiles, drawn towards the middle of the INCONCLUSIVE zone by n / (n + 4), because
 * few tiles say little.
 */
export function pictureScore(calibration: Calibration, logits: readonly number[]): number {
  const neutral = (logitAt(calibration, calibration.manipulatedAt) + logitAt(calibration, calibration.authenticBelow)) / 2;
  const mean = logits.reduce((sum, logit) => sum + logit, 0) / logits.length;
  const drawn = neutral + (mean - neutral) * (logits.length / (logits.length + FEW));
  return applyPlatt(drawn, calibration);
}

/** Log-odds of pictures that were not trained on. */
export interface KeptLogits {
  /** Of single tiles: the scale comes from them. */
  readonly realTiles: readonly number[];
  readonly generatedTiles: readonly number[];
  /** Means over the tiles of whole pictures: the thresholds come from them. */
  readonly realPictures: readonly number[];
}

/**
 * Platt's scale over tiles, and thresholds as one-sided predictive t bounds for the mean of one more real picture given those kept:
 * with few of them they are far out, as they should be. An alarm also takes a score of at least 0.5.
 *
 * @throws VerilensError BAD_INPUT for fewer than three real pictures
 */
export function calibrate(
  { realTiles, generatedTiles, realPictures }: KeptLogits,
  options: { readonly data: string; readonly falseAlarmRate: number; readonly inconclusiveFrom: number },
): Calibration {
  if (realPictures.length < 3 || realTiles.length < 3 || generatedTiles.length < 3)
    throw new VerilensError('BAD_INPUT', 'too few pictures to set a threshold', {
      place: PLACE,
      expected: 'three real pictures or more, and three real and generated tiles or more, kept from training',
      got: `${realPictures.length}, ${realTiles.length} and ${generatedTiles.length}`,
    });
  const labels = [...realTiles.map(() => 0), ...generatedTiles.map(() => 1)];
  const scale = fitPlatt([...realTiles, ...generatedTiles], labels, { balanced: true });
  const { mean, sd, count } = meanSd(realPictures);
  const bound = (rate: number): number => mean + studentQuantile(1 - rate, count - 1) * sd * Math.sqrt(1 + 1 / count);
  const manipulatedAt = Math.max(0.5, applyPlatt(bound(options.falseAlarmRate), scale));
  return {
    data: options.data,
    manipulatedAt,
    authenticBelow: Math.min(manipulatedAt, applyPlatt(bound(options.inconclusiveFrom), scale)),
    falseAlarmRate: options.falseAlarmRate,
    ...scale,
  };
}
