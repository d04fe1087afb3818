import type { EvidenceReport, Finding } from '@verilens/core';
import { meanSd, pairedDifference } from './spread.ts';

/** Figures of one run, by measure. */
export type Figures = Readonly<Record<string, number>>;

/** Mean and spread over runs of each measure of the first one: the measures of a row of evidence. Of one run the spread is 0. */
export function measuresOverSeeds(runs: readonly Figures[]): EvidenceReport['rows'][number]['measures'] {
  return Object.fromEntries(
    Object.keys(runs[0]!).map((name) => {
      const values = runs.map((run) => run[name]!);
      const { mean, sd } = meanSd(values);
      return [name, { mean, sd: values.length > 1 ? sd : 0, values }];
    }),
  );
}

/** `0.861 ± 0.008`; without a spread where there is one value. */
export function showSpread(values: readonly number[], digits: number = 3): string {
  const { mean, sd } = meanSd(values);
  return values.length > 1 ? `${mean.toFixed(digits)} ± ${sd.toFixed(digits)}` : mean.toFixed(digits);
}

/**
 * Is `a` above `b` by `least`, seed by seed? Yes when the 95 % t interval of the paired difference lies above `least`, no when
 * it lies below, not separable otherwise, and always for one seed.
 *
 * @param pairs what the pairs are, where they are not seeds, e.g. `pictures`
 */
export function pairedFinding(
  claim: string,
  a: readonly number[],
  b: readonly number[],
  least: number = 0,
  digits: number = 3,
  pairs: string = 'seeds',
): Finding {
  const against = `${showSpread(a, digits)} against ${showSpread(b, digits)}`;
  if (a.length < 2) return { claim, answer: 'not separable', because: `${against}; one seed has no spread` };
  const { estimate, low, high } = pairedDifference(a, b);
  const [difference, from, to] = [estimate, low, high].map((value) => value.toFixed(digits));
  return {
    claim,
    answer: low >= least && low > 0 ? 'yes' : high < least ? 'no' : 'not separable',
    because: `${against}, difference ${difference} [${from}, ${to}] over ${a.length} ${pairs}`,
  };
}
