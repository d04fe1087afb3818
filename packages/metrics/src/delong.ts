import { checkEqualLength, checkLabelled, type Labels, type Scores } from './check.ts';

export interface AucComparison {
  readonly aucA: number;
  readonly aucB: number;
  /** aucA - aucB */
  readonly difference: number;
  /** Standard error of the difference. */
  readonly standardError: number;
  /** Difference over its standard error; 0 when both are 0. */
  readonly z: number;
}

/**
 * DeLong's comparison of the areas of two scores on the same items. Assumes independent items: with several clips of
 * one video use a clustered bootstrap instead.
 *
 * @throws VerilensError BAD_INPUT, NOT_FINITE
 * @see DeLong, DeLong and Clarke-Pearson, Biometrics 1988
 */
export function compareAucs(a: Scores, b: Scores, labels: Labels): AucComparison {
  checkEqualLength(a.length, b.length, 'compareAucs', 'two scores of the same items');
  const first = placements(a, labels);
  const second = placements(b, labels);
  const variance = varianceOfDifference(first.positive, second.positive) + varianceOfDifference(first.negative, second.negative);
  const difference = first.auc - second.auc;
  const standardError = Math.sqrt(variance);
  return { aucA: first.auc, aucB: second.auc, difference, standardError, z: difference === 0 ? 0 : difference / standardError };
}

/** For each item, the share of the other class it is on the right side of, ties half. */
function placements(scores: Scores, labels: Labels): { readonly positive: number[]; readonly negative: number[]; readonly auc: number } {
  const clean = checkLabelled(scores, labels, 'compareAucs');
  const sorted = [0, 1].map((label) => clean.scores.filter((_, item) => clean.labels[item] === label).sort());
  const shareBelow = (value: number, others: Float64Array): number =>
    (countBelow(others, value, false) + countBelow(others, value, true)) / 2 / others.length;
  const positive: number[] = [];
  const negative: number[] = [];
  for (const [item, score] of clean.scores.entries()) {
    if (clean.labels[item] === 1) positive.push(shareBelow(score, sorted[0]!));
    else negative.push(1 - shareBelow(score, sorted[1]!));
  }
  return { positive, negative, auc: positive.reduce((sum, share) => sum + share, 0) / positive.length };
}

/** How many of `sorted` are below `value`, or at most it. */
function countBelow(sorted: Float64Array, value: number, orEqual: boolean): number {
  let [low, high] = [0, sorted.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (sorted[middle]! < value || (orEqual && sorted[middle] === value)) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** Var(mean of a - b). One item of a class has no spread to estimate: NaN. */
function varianceOfDifference(a: readonly number[], b: readonly number[]): number {
  const differences = a.map((value, index) => value - b[index]!);
  const mean = differences.reduce((sum, value) => sum + value, 0) / differences.length;
  return differences.reduce((sum, value) => sum + (value - mean) ** 2, 0) / (differences.length - 1) / differences.length;
}
