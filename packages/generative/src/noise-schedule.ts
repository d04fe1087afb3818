import { VerilensError } from '@verilens/core';
import type { DdpmConfig } from './config.ts';

/**
 * The share of signal left at each time: x_t = sqrt(signal[t]) x_0 + sqrt(1 - signal[t]) noise.
 * `linear`: the variances of Ho et al. 2020 (1e-4 to 0.02 at 1000 steps, scaled to other counts); `cosine`: Nichol and
 * Dhariwal 2021, offset 0.008, variances of at most 0.999.
 */
export function signalShares({ times, schedule }: Pick<DdpmConfig, 'times' | 'schedule'>): Float64Array {
  const shares = new Float64Array(times);
  const cosine = (t: number): number => Math.cos(((t / times + 0.008) / 1.008) * (Math.PI / 2)) ** 2;
  const scale = 1000 / times;
  let left = 1;
  for (let t = 0; t < times; t++) {
    const variance =
      schedule === 'cosine'
        ? Math.min(0.999, 1 - cosine(t + 1) / cosine(t))
        : Math.min(0.999, scale * (1e-4 + ((0.02 - 1e-4) * t) / Math.max(1, times - 1)));
    left *= 1 - variance;
    shares[t] = left;
  }
  return shares;
}

/** Share of signal at the last step of the linear schedule with 1000 steps: below it nothing is left that could be told from noise. */
const LEAST_SHARE = 4e-5;

/**
 * The times a sampler visits, rising: `steps` of them, evenly spread from 0 to the last that has a share of at least 4e-5.
 * (At the very end of the cosine schedule it is 0, and a division by its root would blow up rounding.)
 * @throws VerilensError BAD_OPTION
 */
export function visitedTimes(shares: ArrayLike<number>, steps: number): readonly number[] {
  let last = shares.length - 1;
  while (last > 0 && shares[last]! < LEAST_SHARE) last--;
  if (!(Number.isInteger(steps) && steps >= 1 && steps <= last + 1)) {
    throw new VerilensError('BAD_OPTION', 'steps cannot be used', {
      place: 'generative ddim',
      expected: `a whole number from 1 to ${last + 1}`,
      got: String(steps),
    });
  }
  if (steps === 1) return [last];
  return Array.from({ length: steps }, (_, i) => Math.round((i * last) / (steps - 1)));
}
