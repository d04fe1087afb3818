import type { Fft2 } from '@verilens/vision';
import { solveDcf, type Sample } from './dcf.ts';
import { invertSpectra, type Spectra } from './spectra.ts';

export interface DistilOptions {
  /** Price of a channel: gamma of the method's energy. */
  readonly gamma: number;
  /** Channels kept at least. */
  readonly minimum: number;
  /** Channels kept at most: the heaviest ones. */
  readonly maximum: number;
}

/** Alternations of filter and channel step. */
const ROUNDS = 3;
const SWEEPS = 50;
/** Weight, relative to the largest, from which on a channel is kept. */
const KEPT = 0.01;

/**
 * Chooses channels for one object (solver A): a filter is solved on `filtering` samples, weights of channels on
 * `selecting` samples that the filter has not seen, in turns. The weights only choose: the filter is solved anew, unweighted,
 * on the kept channels. Selecting on the filter's own samples prefers noise, which fits anything.
 * @returns places of the kept channels, ascending
 */
export function distilChannels(filtering: readonly Sample[], selecting: readonly Sample[], fft: Fft2, options: DistilOptions): number[] {
  const channels = filtering[0]!.features.channels;
  let beta: Float64Array = new Float64Array(channels).fill(1);
  for (let round = 0; round < ROUNDS; round++) {
    const filter = solveDcf(filtering, beta);
    const { gram, target } = normalEquations(filter, selecting, fft);
    beta = nonNegativeLasso(gram, target, options.gamma);
    const largest = beta.reduce((m, b) => Math.max(m, b), 0);
    if (largest === 0) break;
    beta = beta.map((b) => b / largest);
  }
  const heaviest = [...beta.keys()].sort((a, b) => beta[b]! - beta[a]! || a - b);
  const wanted = heaviest.filter((d) => beta[d]! > KEPT).length;
  return heaviest.slice(0, Math.min(options.maximum, Math.max(options.minimum, wanted))).sort((a, b) => a - b);
}

/** G = sum_j R^T R and b = sum_j R^T y for the responses R = [r_1 ... r_D] of single channels (solver A, step 2). */
function normalEquations(filter: Spectra, samples: readonly Sample[], fft: Fft2): { gram: Float64Array; target: Float64Array } {
  const n = filter.channels;
  const length = filter.re.length / n;
  const size = fft.width * fft.height;
  const gram = new Float64Array(n * n);
  const target = new Float64Array(n);
  for (const { features, label } of samples) {
    const each: Spectra = { channels: n, re: new Float64Array(filter.re.length), im: new Float64Array(filter.im.length) };
    for (let i = 0; i < each.re.length; i++) {
      each.re[i] = filter.re[i]! * features.re[i]! - filter.im[i]! * features.im[i]!;
      each.im[i] = filter.re[i]! * features.im[i]! + filter.im[i]! * features.re[i]!;
    }
    const maps = invertSpectra(each, fft);
    const wanted = fft.inverse({ re: label.re.subarray(0, length), im: label.im.subarray(0, length) })[0];
    for (let a = 0; a < n; a++) {
      let dot = 0;
      for (let p = 0, q = a * size; p < size; p++, q++) dot += maps[q]! * wanted[p]!;
      target[a]! += dot;
    }
    addGram(gram, maps, n, size);
  }
  for (let a = 0; a < n; a++) for (let b = 0; b < a; b++) gram[a * n + b] = gram[b * n + a]!;
  return { gram, target };
}

/** Upper triangle of `gram` [n, n] += inner products of n maps, three at a time: each map is read a third as often. */
function addGram(gram: Float64Array, maps: Float64Array, n: number, size: number): void {
  for (let a = 0; a < n; a++) {
    const from = a * size;
    let b = a;
    for (; b + 2 < n; b += 3) {
      let [first, second, third] = [0, 0, 0];
      for (let p = from, q = b * size, r = q + size, s = r + size; p < from + size; p++, q++, r++, s++) {
        const value = maps[p]!;
        first += value * maps[q]!;
        second += value * maps[r]!;
        third += value * maps[s]!;
      }
      gram[a * n + b]! += first;
      gram[a * n + b + 1]! += second;
      gram[a * n + b + 2]! += third;
    }
    for (; b < n; b++) {
      let dot = 0;
      for (let p = from, q = b * size; p < from + size; p++, q++) dot += maps[p]! * maps[q]!;
      gram[a * n + b]! += dot;
    }
  }
}

/**
 * argmin over w >= 0 of w^T G w - 2 b^T w + gamma max|b| sum(w), by coordinate descent.
 * @param gram [n, n], symmetric, positive semidefinite
 */
export function nonNegativeLasso(gram: Float64Array, target: Float64Array, gamma: number): Float64Array {
  const n = target.length;
  const price = (gamma * target.reduce((m, b) => Math.max(m, Math.abs(b)), 0)) / 2;
  const weights = new Float64Array(n);
  for (let sweep = 0; sweep < SWEEPS; sweep++) {
    let moved = 0;
    for (let d = 0; d < n; d++) {
      const own = gram[d * n + d]!;
      if (own <= 0) continue;
      let rest = target[d]! - price;
      for (let k = 0; k < n; k++) if (k !== d) rest -= gram[d * n + k]! * weights[k]!;
      const next = Math.max(0, rest) / own;
      moved = Math.max(moved, Math.abs(next - weights[d]!));
      weights[d] = next;
    }
    if (moved < 1e-9) break;
  }
  return weights;
}
