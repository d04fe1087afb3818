import { checkCount, checkEqualLength, checkFinite, checkRange, type Scores } from './check.ts';

export interface MeanSd {
  readonly mean: number;
  /** Sample standard deviation (n - 1); NaN for a single value. */
  readonly sd: number;
  readonly count: number;
}

/** @throws VerilensError BAD_INPUT for an empty list, NOT_FINITE */
export function meanSd(values: Scores): MeanSd {
  const clean = checkFinite(values, 'meanSd');
  const count = clean.length;
  checkCount(count, 1, 'meanSd');
  const mean = clean.reduce((sum, value) => sum + value, 0) / count;
  const squares = clean.reduce((sum, value) => sum + (value - mean) ** 2, 0);
  return { mean, sd: count === 1 ? NaN : Math.sqrt(squares / (count - 1)), count };
}

export interface DifferenceInterval {
  /** Mean of a - b. */
  readonly estimate: number;
  readonly low: number;
  readonly high: number;
  readonly confidence: number;
  /** Pairs. */
  readonly count: number;
  /** The interval does not hold 0. */
  readonly separable: boolean;
}

/**
 * Student-t interval of the mean difference of paired values: the same seeds with a mechanism on (`a`) and off (`b`).
 * Assumes differences that are roughly normal; with 3 seeds it is wide, as it should be.
 *
 * @throws VerilensError BAD_INPUT for fewer than 2 pairs or unequal lengths, NOT_FINITE
 */
export function pairedDifference(a: Scores, b: Scores, confidence: number = 0.95): DifferenceInterval {
  const place = 'pairedDifference';
  checkEqualLength(a.length, b.length, place, 'one value of b per value of a');
  checkRange(confidence, 0.5, 0.9999, place, 'confidence');
  checkCount(a.length, 2, place);
  const second = checkFinite(b, place);
  const { mean, sd, count } = meanSd(checkFinite(a, place).map((value, index) => value - second[index]!));
  const half = (studentQuantile(0.5 + confidence / 2, count - 1) * sd) / Math.sqrt(count);
  const [low, high] = [mean - half, mean + half];
  return { estimate: mean, low, high, confidence, count, separable: low > 0 || high < 0 };
}

/**
 * Quantile of Student's t distribution, by bisection of its distribution function.
 *
 * @param probability above 0.5 and below 1
 * @param freedom degrees of freedom, at least 1
 */
export function studentQuantile(probability: number, freedom: number): number {
  let [low, high] = [0, 1];
  while (studentCdf(high, freedom) < probability) high *= 2;
  for (let step = 0; step < 200 && high - low > 1e-13 * high; step++) {
    const middle = (low + high) / 2;
    if (studentCdf(middle, freedom) < probability) low = middle;
    else high = middle;
  }
  return (low + high) / 2;
}

/** P(T <= t) for t >= 0. */
function studentCdf(t: number, freedom: number): number {
  return 1 - 0.5 * regularisedBeta(freedom / (freedom + t * t), freedom / 2, 0.5);
}

/** I_x(a, b) by its continued fraction (modified Lentz). */
function regularisedBeta(x: number, a: number, b: number): number {
  if (x <= 0) return 0;
  if (x >= 1) return 1;
  // The fraction converges fast on one side; the other is its complement.
  if (x > (a + 1) / (a + b + 2)) return 1 - regularisedBeta(1 - x, b, a);
  const front = Math.exp(a * Math.log(x) + b * Math.log1p(-x) - logBeta(a, b)) / a;
  const tiny = 1e-300;
  let c = 1;
  let d = 1 / nonZero(1 - ((a + b) * x) / (a + 1), tiny);
  let fraction = d;
  for (let m = 1; m <= 500; m++) {
    const even = (m * (b - m) * x) / ((a + 2 * m - 1) * (a + 2 * m));
    d = 1 / nonZero(1 + even * d, tiny);
    c = nonZero(1 + even / c, tiny);
    fraction *= d * c;
    const odd = (-(a + m) * (a + b + m) * x) / ((a + 2 * m) * (a + 2 * m + 1));
    d = 1 / nonZero(1 + odd * d, tiny);
    c = nonZero(1 + odd / c, tiny);
    const step = d * c;
    fraction *= step;
    if (Math.abs(step - 1) < 1e-15) break;
  }
  return front * fraction;
}

function nonZero(value: number, tiny: number): number {
  return Math.abs(value) < tiny ? tiny : value;
}

function logBeta(a: number, b: number): number {
  return logGamma(a) + logGamma(b) - logGamma(a + b);
}

/** Lanczos approximation, g = 7, n = 9; relative error below 1e-14 for x >= 0.5. */
function logGamma(x: number): number {
  const coefficients = [
    0.99999999999980993, 676.5203681218851, -1259.1392167224028, 771.32342877765313, -176.61502916214059, 12.507343278686905,
    -0.13857109526572012, 9.9843695780195716e-6, 1.5056327351493116e-7,
  ];
  const shifted = x - 1;
  const base = shifted + 7.5;
  const series = coefficients.slice(1).reduce((sum, coefficient, index) => sum + coefficient / (shifted + index + 1), coefficients[0]!);
  return 0.5 * Math.log(2 * Math.PI) + (shifted + 0.5) * Math.log(base) - base + Math.log(series);
}
