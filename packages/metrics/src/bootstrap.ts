import { VerilensError } from '@verilens/core';
import { checkCount, checkEqualLength, checkLabelled, checkRange, type Labels, type Scores } from './check.ts';
import { seededUniform } from './random.ts';

export interface Interval {
  /** On the items as they are. */
  readonly estimate: number;
  readonly low: number;
  readonly high: number;
  /** e.g. 0.95 */
  readonly confidence: number;
  /** Resamples the statistic could be computed on. */
  readonly resamples: number;
}

export interface BootstrapOptions {
  readonly seed: number;
  /** Default 2000. */
  readonly resamples?: number;
  /** Default 0.95. */
  readonly confidence?: number;
  /** One per item: resampling keeps the number of items (or clusters) of each stratum. For AUC the labels are used unless others are given. */
  readonly strata?: ArrayLike<number | string | boolean>;
  /**
   * One per item: items of one cluster (clips of one video, videos of one person) are drawn together. Items of one
   * cluster are not independent; leaving this out then makes the interval too narrow.
   */
  readonly clusters?: ArrayLike<number | string>;
}

/**
 * Percentile bootstrap interval of any statistic of a list of items: strata are kept, clusters are drawn whole.
 *
 * @param count Number of items.
 * @param statistic Given item numbers, some more than once, some not at all. NaN: not defined on this resample, left out.
 * @throws VerilensError BAD_INPUT when there is nothing to resample or the statistic is undefined on more than half
 *   of the resamples, BAD_OPTION
 */
export function bootstrapInterval(count: number, statistic: (items: Uint32Array) => number, options: BootstrapOptions): Interval {
  const place = 'bootstrapInterval';
  const { seed, resamples = 2000, confidence = 0.95 } = options;
  checkCount(count, 1, place);
  checkRange(resamples, 10, 1e6, place, 'resamples');
  checkRange(confidence, 0.5, 0.9999, place, 'confidence');
  if (!Number.isFinite(seed)) throw new VerilensError('BAD_OPTION', 'seed is not a number', { place, got: String(seed) });
  const strata = groupsOf(count, options, place);
  const uniform = seededUniform(seed);
  const values: number[] = [];
  for (let resample = 0; resample < resamples; resample++) {
    const items: number[] = [];
    for (const clusters of strata) {
      for (let draw = 0; draw < clusters.length; draw++) {
        for (const item of clusters[Math.floor(uniform() * clusters.length)]!) items.push(item);
      }
    }
    const value = statistic(Uint32Array.from(items));
    if (!Number.isNaN(value)) values.push(value);
  }
  const estimate = statistic(Uint32Array.from({ length: count }, (_, index) => index));
  return percentileInterval(estimate, values, { resamples, confidence, place });
}

/**
 * Interval between percentiles of a statistic's values on resamples.
 *
 * @param values Only those it is defined on.
 * @throws VerilensError BAD_INPUT when they are fewer than half of `resamples`
 */
export function percentileInterval(
  estimate: number,
  values: readonly number[],
  { resamples, confidence, place }: { readonly resamples: number; readonly confidence: number; readonly place: string },
): Interval {
  if (values.length < resamples / 2) {
    throw new VerilensError('BAD_INPUT', 'the statistic is undefined on most resamples', {
      place,
      got: `${values.length} of ${resamples} usable`,
      remedy: 'There are too few items or clusters of one class for an interval.',
    });
  }
  const sorted = [...values].sort((a, b) => a - b);
  const tail = (1 - confidence) / 2;
  return { estimate, low: quantile(sorted, tail), high: quantile(sorted, 1 - tail), confidence, resamples: sorted.length };
}

/**
 * Interval of the area under the ROC curve. Stratified by label, so that every resample has both classes; with
 * clusters whose items have both labels (a video and its forged twin) the strata are the clusters' kinds.
 *
 * @throws VerilensError BAD_INPUT, NOT_FINITE, BAD_OPTION
 */
export function aucInterval(scores: Scores, labels: Labels, options: BootstrapOptions): Interval {
  const clean = checkLabelled(scores, labels, 'aucInterval');
  const strata = options.strata ?? (options.clusters === undefined ? clean.labels : clusterKinds(clean.labels, options.clusters));
  // Ranks once, then counting per resample: no sorting inside the loop.
  const ranks = denseRanks(clean.scores);
  return bootstrapInterval(clean.scores.length, (items) => aucOfCounts(items, ranks, clean.labels), { ...options, strata });
}

/** 0 for the lowest score; equal scores share a rank. */
function denseRanks(scores: Float64Array): { readonly of: Uint32Array; readonly count: number } {
  const distinct = [...new Set(scores)].sort((a, b) => a - b);
  const rankOf = new Map(distinct.map((score, rank) => [score, rank]));
  return { of: Uint32Array.from(scores, (score) => rankOf.get(score)!), count: distinct.length };
}

/** `rocAuc` of a resample; NaN when a class is missing in it. */
function aucOfCounts(items: Uint32Array, ranks: { readonly of: Uint32Array; readonly count: number }, labels: Uint8Array): number {
  const counts = [new Uint32Array(ranks.count), new Uint32Array(ranks.count)] as const;
  for (const item of items) counts[labels[item] as 0 | 1][ranks.of[item]!]!++;
  const [negativeCounts, positiveCounts] = counts;
  let doubledWins = 0;
  let negatives = 0;
  let positives = 0;
  for (let rank = 0; rank < ranks.count; rank++) {
    doubledWins += positiveCounts[rank]! * (2 * negatives + negativeCounts[rank]!);
    negatives += negativeCounts[rank]!;
    positives += positiveCounts[rank]!;
  }
  return positives === 0 || negatives === 0 ? NaN : doubledWins / (2 * positives * negatives);
}

/** Linear between order statistics (type 7, as numpy's default). `sorted` ascending, not empty; `share` 0..1. */
export function quantile(sorted: ArrayLike<number>, share: number): number {
  const place = share * (sorted.length - 1);
  const below = Math.floor(place);
  const [low, high] = [sorted[below]!, sorted[Math.min(below + 1, sorted.length - 1)]!];
  return low + (place - below) * (high - low);
}

/** Strata, each a list of clusters, each a list of item numbers; all in order of first appearance. */
function groupsOf(count: number, options: BootstrapOptions, place: string): readonly (readonly (readonly number[])[])[] {
  const { strata, clusters } = options;
  if (strata !== undefined) checkEqualLength(strata.length, count, place, 'one stratum per item');
  if (clusters !== undefined) checkEqualLength(clusters.length, count, place, 'one cluster per item');
  const groups = new Map<unknown, Map<unknown, number[]>>();
  const stratumOf = new Map<unknown, unknown>();
  for (let item = 0; item < count; item++) {
    const stratum = strata?.[item];
    const cluster = clusters === undefined ? item : clusters[item];
    if (stratumOf.has(cluster) && stratumOf.get(cluster) !== stratum) {
      throw new VerilensError('BAD_INPUT', 'a cluster lies in two strata', {
        place,
        got: `cluster ${String(cluster)}`,
        remedy: 'Give all items of a cluster the same stratum.',
      });
    }
    stratumOf.set(cluster, stratum);
    const group = groups.get(stratum) ?? new Map<unknown, number[]>();
    groups.set(stratum, group);
    const members = group.get(cluster) ?? [];
    group.set(cluster, members);
    members.push(item);
  }
  return [...groups.values()].map((group) => [...group.values()]);
}

/** For each item, which labels its cluster holds: `positive`, `negative` or `both`. */
function clusterKinds(labels: Uint8Array, clusters: ArrayLike<number | string>): readonly string[] {
  checkEqualLength(clusters.length, labels.length, 'aucInterval', 'one cluster per item');
  const kinds = new Map<number | string, string>();
  const names = ['negative', 'positive'];
  for (const [item, label] of labels.entries()) {
    const cluster = clusters[item]!;
    const before = kinds.get(cluster);
    const name = names[label]!;
    kinds.set(cluster, before === undefined || before === name ? name : 'both');
  }
  return Array.from(labels, (_, item) => kinds.get(clusters[item]!)!);
}
