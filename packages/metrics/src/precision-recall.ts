import { checkLabelled, type Labels, type Scores } from './check.ts';
import { descending } from './roc.ts';

export interface PrecisionRecallPoint {
  /** Items with a score at or above it are called positive. */
  readonly threshold: number;
  /** Share of the items called positive that are. */
  readonly precision: number;
  /** Share of the positive items called positive. */
  readonly recall: number;
}

/** One point per distinct score, highest first. @throws VerilensError BAD_INPUT, NOT_FINITE */
export function precisionRecallCurve(scores: Scores, labels: Labels): readonly PrecisionRecallPoint[] {
  const clean = checkLabelled(scores, labels, 'precisionRecallCurve');
  const order = descending(clean.scores);
  const points: PrecisionRecallPoint[] = [];
  let truePositives = 0;
  for (let rank = 0; rank < order.length; rank++) {
    const item = order[rank]!;
    truePositives += clean.labels[item]!;
    const next = order[rank + 1];
    if (next !== undefined && clean.scores[next] === clean.scores[item]) continue;
    points.push({ threshold: clean.scores[item]!, precision: truePositives / (rank + 1), recall: truePositives / clean.positives });
  }
  return points;
}

/**
 * Average precision: the sum over the curve's points of (gain in recall) x precision, without interpolation
 * (the definition of scikit-learn). Items of equal score count as one point. 0..1; chance is the share of positives.
 *
 * @throws VerilensError BAD_INPUT, NOT_FINITE
 */
export function averagePrecision(scores: Scores, labels: Labels): number {
  let sum = 0;
  let recall = 0;
  for (const point of precisionRecallCurve(scores, labels)) {
    sum += (point.recall - recall) * point.precision;
    recall = point.recall;
  }
  return sum;
}
