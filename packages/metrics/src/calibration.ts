import { VerilensError } from '@verilens/core';
import {
  checkCount,
  checkEqualLength,
  checkFinite,
  checkLabelled,
  checkProbabilities,
  checkRange,
  type Labels,
  type Scores,
} from './check.ts';

export interface PlattScale {
  /** Probability = 1 / (1 + exp(-(scale * logit + offset))), as `Calibration` of a model card has it. */
  readonly scale: number;
  readonly offset: number;
}

/**
 * Fits Platt scaling: the logistic curve through raw scores that makes the labels most likely, by Newton's method
 * with halving steps, on Platt's softened targets (n+ + 1)/(n+ + 2) and 1/(n- + 2), which keep the fit finite when
 * the classes do not overlap.
 *
 * @param logits Raw scores, any range.
 * @param options.weights One per item, above 0; their sum does not matter.
 * @param options.balanced Weigh both classes alike, whatever their numbers: the probabilities then hold for a prior of one half. Default false.
 * @throws VerilensError BAD_INPUT, NOT_FINITE
 * @see Platt 1999; Lin, Lin and Weng, A note on Platt's probabilistic outputs, Machine Learning 2007
 */
export function fitPlatt(
  logits: Scores,
  labels: Labels,
  options: { readonly balanced?: boolean; readonly weights?: Scores } = {},
): PlattScale {
  const clean = checkLabelled(logits, labels, 'fitPlatt');
  const { positives, negatives, scores } = clean;
  // Fitted on standardised scores: the same solution, well conditioned for any range.
  const { mean, spread } = centre(scores);
  const high = (positives + 1) / (positives + 2);
  const low = 1 / (negatives + 2);
  const ofClass = options.balanced === true ? [0.5 / negatives, 0.5 / positives] : [1 / scores.length, 1 / scores.length];
  const weights = itemWeights(options.weights, clean.labels, ofClass);
  const lossAt = (scale: number, offset: number): number => {
    let loss = 0;
    for (const [item, score] of scores.entries()) {
      const logit = (scale * (score - mean)) / spread + offset;
      const target = clean.labels[item] === 1 ? high : low;
      // log(1 + e^z) - target * z, without overflow.
      loss += weights[item]! * (Math.max(logit, 0) + Math.log1p(Math.exp(-Math.abs(logit))) - target * logit);
    }
    return loss;
  };
  let scale = 0;
  let offset = Math.log((positives + 1) / (negatives + 1));
  if (options.balanced === true || options.weights !== undefined) offset = 0;
  let loss = lossAt(scale, offset);
  for (let iteration = 0; iteration < 100; iteration++) {
    let [gradScale, gradOffset, hessScale, hessCross, hessOffset] = [0, 0, 1e-12, 0, 1e-12];
    for (const [item, score] of scores.entries()) {
      const x = (score - mean) / spread;
      const p = sigmoid(scale * x + offset);
      const weight = weights[item]!;
      const difference = weight * (p - (clean.labels[item] === 1 ? high : low));
      const curvature = weight * p * (1 - p);
      gradScale += difference * x;
      gradOffset += difference;
      hessScale += curvature * x * x;
      hessCross += curvature * x;
      hessOffset += curvature;
    }
    if (Math.abs(gradScale) < 1e-10 && Math.abs(gradOffset) < 1e-10) break;
    const determinant = hessScale * hessOffset - hessCross * hessCross;
    const stepScale = -(hessOffset * gradScale - hessCross * gradOffset) / determinant;
    const stepOffset = -(hessScale * gradOffset - hessCross * gradScale) / determinant;
    let size = 1;
    let next = lossAt(scale + stepScale, offset + stepOffset);
    while (!(next <= loss) && size > 1e-10) {
      size /= 2;
      next = lossAt(scale + size * stepScale, offset + size * stepOffset);
    }
    if (!(next <= loss)) break;
    scale += size * stepScale;
    offset += size * stepOffset;
    loss = next;
  }
  return { scale: scale / spread, offset: offset - (scale * mean) / spread };
}

function itemWeights(given: Scores | undefined, labels: Uint8Array, ofClass: readonly number[]): Float64Array {
  if (given === undefined) return Float64Array.from(labels, (label) => ofClass[label]!);
  checkEqualLength(given.length, labels.length, 'fitPlatt', 'one weight per item');
  const clean = checkFinite(given, 'fitPlatt');
  for (const weight of clean) checkRange(weight, Number.MIN_VALUE, Number.MAX_VALUE, 'fitPlatt', 'weights');
  const sum = clean.reduce((total, weight) => total + weight, 0);
  return clean.map((weight) => weight / sum);
}

/** Raw score -> probability, 0..1. */
export function applyPlatt(logit: number, { scale, offset }: PlattScale): number {
  return sigmoid(scale * logit + offset);
}

export function sigmoid(x: number): number {
  return x >= 0 ? 1 / (1 + Math.exp(-x)) : Math.exp(x) / (1 + Math.exp(x));
}

export interface ReliabilityBin {
  readonly low: number;
  readonly high: number;
  readonly count: number;
  /** Mean probability in the bin; NaN when it is empty. */
  readonly confidence: number;
  /** Share of positives in the bin; NaN when it is empty. */
  readonly frequency: number;
}

/** Bins of equal width over 0..1; a probability on an edge belongs to the bin above it, 1 to the last. */
export function reliabilityBins(probabilities: Scores, labels: Labels, bins: number = 10): readonly ReliabilityBin[] {
  const clean = checkLabelled(probabilities, labels, 'reliabilityBins');
  checkProbabilities(clean.scores, 'reliabilityBins');
  checkRange(bins, 1, 10_000, 'reliabilityBins', 'bins');
  const sums = Array.from({ length: Math.floor(bins) }, () => ({ count: 0, confidence: 0, positives: 0 }));
  for (const [item, probability] of clean.scores.entries()) {
    const bin = sums[Math.min(sums.length - 1, Math.floor(probability * sums.length))]!;
    bin.count++;
    bin.confidence += probability;
    bin.positives += clean.labels[item]!;
  }
  return sums.map(({ count, confidence, positives }, index) => ({
    low: index / sums.length,
    high: (index + 1) / sums.length,
    count,
    confidence: confidence / count,
    frequency: positives / count,
  }));
}

/** Expected calibration error: mean over items of |confidence - frequency| of their bin. 0..1, 0 is perfect. */
export function expectedCalibrationError(probabilities: Scores, labels: Labels, bins: number = 10): number {
  const filled = reliabilityBins(probabilities, labels, bins).filter(({ count }) => count > 0);
  const total = filled.reduce((sum, { count }) => sum + count, 0);
  return filled.reduce((sum, { count, confidence, frequency }) => sum + (count / total) * Math.abs(confidence - frequency), 0);
}

/** Mean squared distance of probability and label. 0..1, 0 is perfect, 0.25 is always saying one half. */
export function brier(probabilities: Scores, labels: Labels): number {
  const clean = checkLabelled(probabilities, labels, 'brier');
  checkProbabilities(clean.scores, 'brier');
  return clean.scores.reduce((sum, probability, item) => sum + (probability - clean.labels[item]!) ** 2, 0) / clean.scores.length;
}

/**
 * The lowest threshold at which at most `rate` of authentic items are called manipulated (score >= threshold).
 *
 * Conservative: the share that counts is (k + 1) / (n + 1), the false alarms to expect of the next item when k of n
 * known ones lie at or above the threshold, not the k / n of the very items it was chosen on. When even the highest
 * score is not enough, because n is too small for the rate, that is an error and not a guess.
 *
 * @param authentic Scores of authentic items not used for training.
 * @param rate 0..1
 * @returns a threshold just above the largest score that must stay below it
 * @throws VerilensError BAD_INPUT when there are too few items for the rate, NOT_FINITE, BAD_OPTION
 */
export function thresholdAtFalseAlarmRate(
  authentic: Scores,
  rate: number,
): { readonly threshold: number; readonly falseAlarms: number; readonly items: number } {
  const place = 'thresholdAtFalseAlarmRate';
  checkRange(rate, 0, 1, place, 'rate');
  checkCount(authentic.length, 1, place);
  const sorted = checkFinite(authentic, place).sort();
  const items = sorted.length;
  const allowed = Math.min(items, Math.floor(rate * (items + 1) * (1 + 1e-12)) - 1);
  if (allowed < 0) {
    throw new VerilensError('BAD_INPUT', `too few authentic items for a false-alarm rate of ${rate}`, {
      place,
      expected: rate === 0 ? 'a rate above 0' : `at least ${Math.ceil(1 / rate - 1e-9) - 1}`,
      got: String(items),
      remedy: 'Calibrate on more data or state a higher rate.',
    });
  }
  if (allowed === items) return { threshold: sorted[0]!, falseAlarms: items, items };
  const threshold = nextAbove(sorted[items - 1 - allowed]!);
  return { threshold, falseAlarms: sorted.reduce((sum, score) => sum + (score >= threshold ? 1 : 0), 0), items };
}

/** The next larger double. */
function nextAbove(value: number): number {
  if (value === 0) return Number.MIN_VALUE;
  const view = new DataView(new ArrayBuffer(8));
  view.setFloat64(0, value);
  const bits = view.getBigInt64(0);
  view.setBigInt64(0, bits + (value > 0 ? 1n : -1n));
  return view.getFloat64(0);
}

function centre(values: Float64Array): { readonly mean: number; readonly spread: number } {
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  const variance = values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / values.length;
  return { mean, spread: Math.sqrt(variance) || 1 };
}
