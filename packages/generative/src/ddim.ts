import { throwIfAborted, VerilensError } from '@verilens/core';
import { random } from '@verilens/nn';
import { fixedPoint } from './fixed-point.ts';
import { visitedTimes } from './noise-schedule.ts';
import { planeSize, type Planes } from './pictures.ts';

/** The noise a network sees in pictures at one time: [count, 3, S, S] -> the same shape. */
export type NoisePredictor = (x: Planes, time: number, signal?: AbortSignal) => Promise<Float32Array>;

export interface DdimOptions {
  /** Times visited. Default 50. */
  readonly steps?: number;
  /** 0: deterministic DDIM. 1: as noisy as DDPM's own sampler. Default 0. */
  readonly eta?: number;
  /** For the noise of `eta` above 0; picture `i` of a call draws from (seed, first + i). */
  readonly seed?: number;
  readonly first?: number;
  readonly signal?: AbortSignal;
  readonly onProgress?: (fraction: number) => void;
}

export interface InversionOptions extends Pick<DdimOptions, 'steps' | 'signal' | 'onProgress'> {
  /**
   * Runs of the network spent on solving each step for the noise seen at its own end, which is what sampling will see there.
   * 0: the usual approximation, the noise at its beginning. Default 8.
   */
  readonly refine?: number;
}

/**
 * Song et al., Denoising Diffusion Implicit Models, ICLR 2021: noise to pictures. Estimates of the picture are kept within
 * -1..1 unless `clip` is false (an inversion must be walked back without clipping).
 * @param shares of `signalShares`
 */
export async function ddimSample(
  predict: NoisePredictor,
  shares: Float64Array,
  noise: Planes,
  options: DdimOptions & { readonly clip?: boolean } = {},
): Promise<Planes> {
  const { steps = 50, eta = 0, seed = 0, first = 0, signal, onProgress, clip = true } = options;
  if (!(eta >= 0 && eta <= 1))
    throw new VerilensError('BAD_OPTION', 'eta out of range', { place: 'generative ddim', expected: '0..1', got: String(eta) });
  const visited = visitedTimes(shares, steps);
  const each = planeSize(noise.size);
  let x: Planes = { ...noise, data: noise.data.slice() };
  for (let i = visited.length - 1; i >= 0; i--) {
    throwIfAborted(signal, 'generative ddim');
    const here = shares[visited[i]!]!;
    const next = i === 0 ? 1 : shares[visited[i - 1]!]!;
    const seen = await predict(x, visited[i]!, signal);
    const sigma = eta * Math.sqrt(((1 - next) / (1 - here)) * (1 - here / next));
    const towards = Math.sqrt(Math.max(0, 1 - next - sigma * sigma));
    const data = new Float32Array(x.data.length);
    for (let n = 0; n < x.count; n++) {
      const drawn = sigma > 0 ? random(seed, 'ddim', first + n, i) : undefined;
      for (let k = n * each; k < (n + 1) * each; k++) {
        let noiseHere = seen[k]!;
        let picture = (x.data[k]! - Math.sqrt(1 - here) * noiseHere) / Math.sqrt(here);
        if (clip && (picture < -1 || picture > 1)) {
          picture = picture < -1 ? -1 : 1;
          noiseHere = (x.data[k]! - Math.sqrt(here) * picture) / Math.sqrt(1 - here);
        }
        data[k] = Math.sqrt(next) * picture + towards * noiseHere + (drawn === undefined ? 0 : sigma * drawn.normal());
      }
    }
    x = { ...x, data };
    onProgress?.((visited.length - i) / visited.length);
  }
  return x;
}

/** Pictures back to the noise that deterministic sampling with the same `steps` and `clip: false` makes them of. */
export async function ddimInvert(
  predict: NoisePredictor,
  shares: Float64Array,
  pictures: Planes,
  options: InversionOptions = {},
): Promise<Planes> {
  const { steps = 50, refine = 8, signal, onProgress } = options;
  if (!(Number.isInteger(refine) && refine >= 0))
    throw new VerilensError('BAD_OPTION', 'refine cannot be used', {
      place: 'generative ddim',
      expected: 'a whole number from 0',
      got: String(refine),
    });
  const visited = visitedTimes(shares, steps);
  let x = pictures;
  for (const [i, time] of visited.entries()) {
    throwIfAborted(signal, 'generative ddim');
    const here = i === 0 ? 1 : shares[visited[i - 1]!]!;
    const next = shares[time]!;
    const scale = Math.sqrt(next / here);
    const add = Math.sqrt(1 - next) - scale * Math.sqrt(1 - here);
    const from = x;
    const moved = (seen: Float32Array): Planes => ({ ...from, data: from.data.map((value, k) => scale * value + add * seen[k]!) });
    // the usual step first, then what sampling from its end will come back from
    const start = moved(await predict(from, i === 0 ? time : visited[i - 1]!, signal));
    x = refine === 0 ? start : await fixedPoint(async (end) => moved(await predict(end, time, signal)), start, refine);
    onProgress?.((i + 1) / visited.length);
  }
  return x;
}
