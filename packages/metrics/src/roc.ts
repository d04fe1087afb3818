import { checkLabelled, checkRange, type Labelled, type Labels, type Scores } from './check.ts';

export interface RocPoint {
  /** Items with a score at or above it are called positive. The first point's is Infinity: nothing is. */
  readonly threshold: number;
  /** Share of negatives called positive, 0..1. */
  readonly falsePositiveRate: number;
  /** Share of positives called positive, 0..1. */
  readonly truePositiveRate: number;
}

/**
 * The receiver operating characteristic: one point per distinct score, from (0, 0) to (1, 1). Items of equal score
 * change sides together, so ties make one slanted step.
 *
 * @throws VerilensError BAD_INPUT, NOT_FINITE
 */
export function rocCurve(scores: Scores, labels: Labels): readonly RocPoint[] {
  return curveOf(checkLabelled(scores, labels, 'rocCurve'));
}

function curveOf(clean: Labelled): readonly RocPoint[] {
  return weightedCurve(clean, descending(clean.scores));
}

/**
 * The curve with items that count `weights[item]` times (once each when left out): one sweep, so that a bootstrap
 * sorts once. Empty when a class has no weight.
 *
 * @param order Item numbers by score, highest first.
 */
export function weightedCurve(
  { scores, labels }: Pick<Labelled, 'scores' | 'labels'>,
  order: Uint32Array,
  weights?: Float64Array,
): readonly RocPoint[] {
  const totals: [number, number] = [0, 0];
  for (let item = 0; item < labels.length; item++) totals[labels[item] as 0 | 1] += weights === undefined ? 1 : weights[item]!;
  const [negatives, positives] = totals;
  if (positives === 0 || negatives === 0) return [];
  const points: RocPoint[] = [{ threshold: Infinity, falsePositiveRate: 0, truePositiveRate: 0 }];
  let truePositives = 0;
  let falsePositives = 0;
  for (let rank = 0; rank < order.length; rank++) {
    const item = order[rank]!;
    const weight = weights === undefined ? 1 : weights[item]!;
    if (labels[item] === 1) truePositives += weight;
    else falsePositives += weight;
    const next = order[rank + 1];
    if (next !== undefined && scores[next] === scores[item]) continue;
    points.push({ threshold: scores[item]!, falsePositiveRate: falsePositives / negatives, truePositiveRate: truePositives / positives });
  }
  return points;
}

/** Area under a curve from (0, 0) to (1, 1), by trapezoids. */
export function areaUnder(points: readonly RocPoint[]): number {
  let area = 0;
  for (let index = 1; index < points.length; index++) {
    const [before, after] = [points[index - 1]!, points[index]!];
    area += ((after.falsePositiveRate - before.falsePositiveRate) * (after.truePositiveRate + before.truePositiveRate)) / 2;
  }
  return area;
}

/**
 * Area under the ROC curve: the chance that a positive item scores higher than a negative one, ties counted half
 * (Mann-Whitney U / (positives * negatives)). 0..1, 0.5 is chance.
 *
 * @throws VerilensError BAD_INPUT, NOT_FINITE
 */
export function rocAuc(scores: Scores, labels: Labels): number {
  const clean = checkLabelled(scores, labels, 'rocAuc');
  const { positives, negatives } = clean;
  const order = descending(clean.scores);
  // Doubled so that ties (half a win each) stay whole numbers: exact up to 2^53 pairs.
  let doubledWins = 0;
  let positivesAbove = 0;
  for (let start = 0; start < order.length;) {
    let end = start;
    let tiedPositives = 0;
    while (end < order.length && clean.scores[order[end]!] === clean.scores[order[start]!]) tiedPositives += clean.labels[order[end++]!]!;
    const tiedNegatives = end - start - tiedPositives;
    doubledWins += tiedNegatives * (2 * positivesAbove + tiedPositives);
    positivesAbove += tiedPositives;
    start = end;
  }
  return doubledWins / (2 * positives * negatives);
}

/**
 * Equal error rate: where the share of accepted negatives meets the share of rejected positives, with the curve
 * read as straight lines between its points.
 *
 * @returns the rate, 0..1, and a threshold: the score of the curve's point nearest to the meeting place
 * @throws VerilensError BAD_INPUT, NOT_FINITE
 */
export function eer(scores: Scores, labels: Labels): { readonly rate: number; readonly threshold: number } {
  return eerOf(curveOf(checkLabelled(scores, labels, 'eer')));
}

/** `eer` of a curve. */
export function eerOf(points: readonly RocPoint[]): { readonly rate: number; readonly threshold: number } {
  const gap = (point: RocPoint): number => point.falsePositiveRate - (1 - point.truePositiveRate);
  // The gap rises from -1 at the first point to 1 at the last.
  const right = points.findIndex((point) => gap(point) >= 0);
  const [before, after] = [points[right - 1]!, points[right]!];
  const share = -gap(before) / (gap(after) - gap(before));
  const rate = before.falsePositiveRate + share * (after.falsePositiveRate - before.falsePositiveRate);
  return { rate, threshold: share < 0.5 && Number.isFinite(before.threshold) ? before.threshold : after.threshold };
}

/**
 * True-accept rate at a false-accept rate: the best share of positives found by a threshold at which at most
 * `falseAcceptRate` of the negatives are. No line is drawn between points: this is a rate some threshold really has.
 *
 * @param falseAcceptRate 0..1
 * @throws VerilensError BAD_INPUT, NOT_FINITE, BAD_OPTION
 */
export function tarAtFar(scores: Scores, labels: Labels, falseAcceptRate: number): OperatingPoint {
  checkRange(falseAcceptRate, 0, 1, 'tarAtFar', 'falseAcceptRate');
  return tarOf(rocCurve(scores, labels), falseAcceptRate);
}

/** A threshold and the rates it really has. */
export interface OperatingPoint {
  /** Share of positives accepted, 0..1. */
  readonly rate: number;
  readonly threshold: number;
  /** Share of negatives accepted, 0..1: at most the one asked for. */
  readonly falseAcceptRate: number;
}

/** `tarAtFar` of a curve. */
export function tarOf(points: readonly RocPoint[], falseAcceptRate: number): OperatingPoint {
  let best = points[0]!;
  for (const point of points) if (point.falsePositiveRate <= falseAcceptRate) best = point;
  return { rate: best.truePositiveRate, threshold: best.threshold, falseAcceptRate: best.falsePositiveRate };
}

/** Item numbers by score, highest first. */
export function descending(scores: ArrayLike<number>): Uint32Array {
  return Uint32Array.from({ length: scores.length }, (_, index) => index).sort((a, b) => scores[b]! - scores[a]! || a - b);
}
