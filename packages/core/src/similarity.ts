import { VerilensError } from './errors.ts';
import type { Recognizer, SimilarityCalibration } from './recognizer.ts';

/** What a raw cosine means. */
export interface CalibratedSimilarity {
  /** 0..1 */
  readonly similarity: number;
  /** 0..1, above 0. */
  readonly falseAcceptRate: number;
  readonly extrapolated: boolean;
}

/** What a cosine means by a calibration. Rates fall, or stay, as the cosine rises. */
export function calibratedSimilarity(cosine: number, calibration: SimilarityCalibration): CalibratedSimilarity {
  const rate = rateAt(cosine, calibration);
  return {
    similarity: 1 / (1 + Math.exp(-(calibration.scale * cosine + calibration.offset))),
    falseAcceptRate: rate,
    extrapolated: rate < calibration.measuredDownTo,
  };
}

/**
 * The lowest cosine whose false-accept rate is at most `rate`.
 *
 * @param rate 0..1, above 0.
 * @throws VerilensError BAD_OPTION
 */
export function cosineAtRate(rate: number, calibration: SimilarityCalibration): number {
  if (!(rate > 0 && rate <= 1)) {
    throw new VerilensError('BAD_OPTION', 'no cosine has this rate', {
      place: 'cosineAtRate',
      expected: 'above 0, at most 1',
      got: String(rate),
    });
  }
  let [low, high] = [-1, 1];
  if (rateAt(high, calibration) > rate) return Infinity;
  if (rateAt(low, calibration) <= rate) return low;
  for (let step = 0; step < 60; step++) {
    const middle = (low + high) / 2;
    if (rateAt(middle, calibration) <= rate) high = middle;
    else low = middle;
  }
  return high;
}

/** Chance of at least one false accept among so many independent comparisons. */
export function searchRate(falseAcceptRate: number, comparisons: number): number {
  return -Math.expm1(comparisons * Math.log1p(-Math.min(falseAcceptRate, 1 - 1e-16)));
}

/**
 * The rate allowed of a search when a call does not say. Among few identities the search's limit alone would name somebody
 * whom a comparison refuses, so that a search keeps to both limits.
 */
export function searchLimit({ compare, search }: Recognizer['limits'], identities: number): number {
  return Math.min(search, searchRate(compare, identities));
}

/** @throws VerilensError BAD_INPUT when the value is no calibration, or of another model */
export function checkCalibration(value: unknown, model: string): SimilarityCalibration {
  const place = 'calibration';
  const it = value as Partial<SimilarityCalibration> | null;
  const isNumber = (part: unknown): boolean => typeof part === 'number' && Number.isFinite(part);
  const sound =
    typeof it === 'object' &&
    it !== null &&
    it.format === 'verilens-similarity/1' &&
    [it.scale, it.offset, it.tail?.from, it.tail?.rate, it.tail?.excess, it.measuredDownTo].every(isNumber) &&
    Array.isArray(it.impostors) &&
    it.impostors.length > 0 &&
    it.impostors.every((knot) => Array.isArray(knot) && knot.length === 2 && knot.every(isNumber));
  if (!sound) {
    throw new VerilensError('BAD_INPUT', 'this is no calibration', {
      place,
      expected: 'the JSON of "recognize calibrate" (format verilens-similarity/1)',
      got: typeof it === 'object' && it !== null && 'format' in it ? String(it.format) : typeof value,
    });
  }
  if (it.model !== model) {
    throw new VerilensError('BAD_INPUT', 'the calibration is of another model', {
      place,
      expected: model,
      got: String(it.model),
      remedy: 'Cosines of two models differ: calibrate this one.',
    });
  }
  return it as SimilarityCalibration;
}

function rateAt(cosine: number, { impostors, tail }: SimilarityCalibration): number {
  if (cosine >= tail.from) return tail.rate * Math.exp(-(cosine - tail.from) / tail.excess);
  if (cosine <= impostors[0]![0]) return 1;
  // Straight between knots, and never below the tail's start.
  const right = impostors.findIndex(([knot]) => knot >= cosine);
  const [after, before] = [impostors[right] ?? [tail.from, tail.rate], impostors[Math.max(0, right - 1)]!];
  const share = after[0] === before[0] ? 1 : (cosine - before[0]) / (after[0] - before[0]);
  return Math.min(1, Math.max(tail.rate, before[1] + share * (after[1] - before[1])));
}
