import { VerilensError } from '@verilens/core';
import { type Interval, percentileInterval } from './bootstrap.ts';
import { brier, expectedCalibrationError } from './calibration.ts';
import { checkEqualLength, checkFinite, checkLabelled, checkRange, type Labels, type Scores } from './check.ts';
import { seededUniform } from './random.ts';
import { areaUnder, descending, eerOf, type RocPoint, tarOf, weightedCurve } from './roc.ts';

/** Pairs of pictures: how alike they look, and whether they show one identity. */
export interface PairScores {
  /** Higher: more alike. */
  readonly scores: Float64Array;
  /** 1: one identity. */
  readonly labels: Uint8Array;
  /** Whose two pictures each pair is of. */
  readonly identities: readonly (readonly [string, string])[];
  /** The places of the two pictures in the list they came from. */
  readonly items: readonly (readonly [number, number])[];
}

/**
 * Every pair of a list of embeddings, scored by cosine similarity.
 *
 * @param embeddings Any length but 0, all alike; norms do not matter.
 * @param identities One per embedding.
 * @throws VerilensError BAD_INPUT, NOT_FINITE
 */
export function allPairs(embeddings: readonly ArrayLike<number>[], identities: readonly string[]): PairScores {
  const place = 'allPairs';
  checkEqualLength(identities.length, embeddings.length, place, 'one identity per embedding');
  const units = unitVectors(embeddings, place);
  const count = (units.length * (units.length - 1)) / 2;
  const scores = new Float64Array(count);
  const labels = new Uint8Array(count);
  const people: [string, string][] = [];
  const items: [number, number][] = [];
  for (let a = 0; a < units.length; a++) {
    for (let b = a + 1; b < units.length; b++) {
      scores[items.length] = dot(units[a]!, units[b]!);
      labels[items.length] = Number(identities[a] === identities[b]);
      people.push([identities[a]!, identities[b]!]);
      items.push([a, b]);
    }
  }
  return { scores, labels, identities: people, items };
}

export interface VerificationOptions {
  /** Of the bootstrap. */
  readonly seed: number;
  /** False-accept rates at which the true-accept rate is wanted, 0..1. Default 0.1, 0.01, 0.001. */
  readonly falseAcceptRates?: readonly number[];
  /**
   * The two identities of each pair. Pairs that share a person are not independent: people are then drawn, each pair
   * counting as often as both of its people were (once for a pair of one person's pictures). Without them pairs are
   * drawn, which makes intervals too narrow when a person is in many pairs.
   */
  readonly identities?: readonly (readonly [string, string])[];
  /** Calibrated scores, 0..1, one per pair: adds the calibration error. */
  readonly probabilities?: Scores;
  /** Default 2000. */
  readonly resamples?: number;
  /** Default 0.95. */
  readonly confidence?: number;
}

/** True-accept rate at a false-accept rate. */
export interface AcceptRate {
  /** As asked for. */
  readonly target: number;
  /** Share of one identity's pairs accepted. */
  readonly trueAcceptRate: Interval;
  readonly threshold: number;
  /** What the threshold really has on these pairs; at most `target`. */
  readonly falseAcceptRate: number;
  /** Whether there are enough pairs of different identities to see this rate at all: at least 1 / target. */
  readonly measurable: boolean;
}

export interface Verification {
  readonly pairs: { readonly same: number; readonly different: number };
  /** People in the pairs; 0 when none were named. */
  readonly identities: number;
  readonly auc: Interval;
  readonly eer: Interval & { readonly threshold: number };
  readonly acceptRates: readonly AcceptRate[];
  readonly calibration?: { readonly expectedError: number; readonly brier: number };
  readonly curve: readonly RocPoint[];
  /** What was drawn for the intervals. */
  readonly resampled: 'identities' | 'pairs';
}

/**
 * How well scores tell pairs of one identity from pairs of two: ROC, equal error rate, true-accept rates at
 * false-accept rates, with percentile bootstrap intervals.
 *
 * @param scores Higher: more alike.
 * @param labels 1: one identity.
 * @throws VerilensError BAD_INPUT, NOT_FINITE, BAD_OPTION
 * @see Bolle, Ratha and Pankanti, Error analysis of pattern recognition systems: the subsets bootstrap, CVIU 2004;
 *   Owen, The pigeonhole bootstrap, Annals of Applied Statistics 2007
 * @example
 * const pairs = allPairs(embeddings, names);
 * const { eer, acceptRates } = verification(pairs.scores, pairs.labels, { seed: 0, identities: pairs.identities });
 */
export function verification(scores: Scores, labels: Labels, options: VerificationOptions): Verification {
  const place = 'verification';
  const { seed, falseAcceptRates = [0.1, 0.01, 0.001], identities, probabilities, resamples = 2000, confidence = 0.95 } = options;
  const clean = checkLabelled(scores, labels, place);
  for (const rate of falseAcceptRates) checkRange(rate, 0, 1, place, 'falseAcceptRates');
  checkRange(resamples, 10, 1e6, place, 'resamples');
  checkRange(confidence, 0.5, 0.9999, place, 'confidence');
  if (!Number.isFinite(seed)) throw new VerilensError('BAD_OPTION', 'seed is not a number', { place, got: String(seed) });
  const order = descending(clean.scores);
  const curve = weightedCurve(clean, order);
  const draw = identities === undefined ? pairDraws(clean.labels) : identityDraws(identities, clean.labels.length, place);
  const uniform = seededUniform(seed);
  const aucs: number[] = [];
  const eers: number[] = [];
  const tars = falseAcceptRates.map((): number[] => []);
  for (let resample = 0; resample < resamples; resample++) {
    const points = weightedCurve(clean, order, draw.weights(uniform));
    if (points.length === 0) continue;
    aucs.push(areaUnder(points));
    eers.push(eerOf(points).rate);
    for (const [index, rate] of falseAcceptRates.entries()) tars[index]!.push(tarOf(points, rate).rate);
  }
  const interval = (estimate: number, values: readonly number[]): Interval =>
    percentileInterval(estimate, values, { resamples, confidence, place });
  const equal = eerOf(curve);
  const calibrated = probabilities === undefined ? undefined : checkFinite(probabilities, place);
  return {
    pairs: { same: clean.positives, different: clean.negatives },
    identities: draw.identities,
    auc: interval(areaUnder(curve), aucs),
    eer: { ...interval(equal.rate, eers), threshold: equal.threshold },
    acceptRates: falseAcceptRates.map((target, index) => {
      const { rate, threshold, falseAcceptRate } = tarOf(curve, target);
      const measurable = target * clean.negatives >= 1 - 1e-9;
      return { target, trueAcceptRate: interval(rate, tars[index]!), threshold, falseAcceptRate, measurable };
    }),
    ...(calibrated === undefined
      ? {}
      : { calibration: { expectedError: expectedCalibrationError(calibrated, clean.labels), brier: brier(calibrated, clean.labels) } }),
    curve,
    resampled: identities === undefined ? 'pairs' : 'identities',
  };
}

interface Draws {
  readonly identities: number;
  /** How often each pair counts in the next resample; the array is used again. */
  weights(uniform: () => number): Float64Array;
}

/** Pairs drawn with replacement, within those of one identity and those of two. */
function pairDraws(labels: Uint8Array): Draws {
  const weights = new Float64Array(labels.length);
  const strata = [0, 1].map((label) => [...labels.keys()].filter((item) => labels[item] === label));
  return {
    identities: 0,
    weights(uniform) {
      weights.fill(0);
      for (const items of strata) for (const _ of items) weights[items[Math.floor(uniform() * items.length)]!]!++;
      return weights;
    },
  };
}

/** People drawn with replacement. */
function identityDraws(identities: readonly (readonly [string, string])[], count: number, place: string): Draws {
  checkEqualLength(identities.length, count, place, 'two identities per pair');
  const people = [...new Set(identities.flat())];
  const numberOf = new Map(people.map((name, index) => [name, index]));
  const [first, second] = [0, 1].map((side) => Uint32Array.from(identities, (pair) => numberOf.get(pair[side as 0 | 1])!)) as [
    Uint32Array,
    Uint32Array,
  ];
  const counts = new Float64Array(people.length);
  const weights = new Float64Array(count);
  return {
    identities: people.length,
    weights(uniform) {
      counts.fill(0);
      for (const _ of people) counts[Math.floor(uniform() * people.length)]!++;
      for (let item = 0; item < count; item++) {
        const a = first[item]!;
        const b = second[item]!;
        weights[item] = a === b ? counts[a]! : counts[a]! * counts[b]!;
      }
      return weights;
    },
  };
}

/** @throws VerilensError BAD_INPUT for unequal lengths, no numbers or a vector of zeros; NOT_FINITE */
export function unitVectors(vectors: readonly ArrayLike<number>[], place: string): readonly Float64Array[] {
  const length = vectors[0]?.length ?? 0;
  return vectors.map((vector, index) => {
    checkEqualLength(vector.length, length, place, 'embeddings of one length');
    const clean = checkFinite(vector, place);
    const norm = Math.sqrt(dot(clean, clean));
    if (norm === 0) throw new VerilensError('BAD_INPUT', 'an embedding has no direction', { place, got: `only zeros at ${index}` });
    return clean.map((value) => value / norm);
  });
}

export function dot(a: ArrayLike<number>, b: ArrayLike<number>): number {
  let sum = 0;
  for (let index = 0; index < a.length; index++) sum += a[index]! * b[index]!;
  return sum;
}
