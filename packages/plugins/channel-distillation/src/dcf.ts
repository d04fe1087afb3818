import type { Spectrum } from '@verilens/vision';
import type { Spectra } from './spectra.ts';

/** Features of one picture of the target and the response wanted there. */
export interface Sample {
  readonly features: Spectra;
  readonly label: Spectrum;
}

/** Share of the mean energy added to every frequency: lambda of the method. */
const LAMBDA = 1e-2;

/** Numerator and energy of the filter of least squares over all frequencies, each on its own (solver A, step 1). */
export interface DcfMoments {
  /** What is known times `keep`, plus the sample times `share`; its channels times `beta` [D] first, if given. */
  add(sample: Sample, keep: number, share: number, beta?: Float64Array): void;
  /** h_d = A_d / (B + lambda), A_d = sum conj(x_d) y, B = sum over samples and channels of |x_d|^2. */
  solve(): Spectra;
}

/** @param length frequencies of a channel */
export function createDcfMoments(channels: number, length: number): DcfMoments {
  const re = new Float64Array(channels * length);
  const im = new Float64Array(channels * length);
  const energy = new Float64Array(length);
  return {
    add({ features: x, label }, keep, share, beta) {
      for (let u = 0; u < length; u++) energy[u]! *= keep;
      for (let d = 0; d < channels; d++) {
        const scale = beta?.[d] ?? 1;
        for (let u = 0, at = d * length; u < length; u++, at++) {
          const [xr, xi] = [scale * x.re[at]!, scale * x.im[at]!];
          re[at] = keep * re[at]! + share * (xr * label.re[u]! + xi * label.im[u]!);
          im[at] = keep * im[at]! + share * (xr * label.im[u]! - xi * label.re[u]!);
          energy[u]! += share * (xr * xr + xi * xi);
        }
      }
    },
    solve() {
      const floor = (LAMBDA * energy.reduce((sum, e) => sum + e, 0)) / length + Number.MIN_VALUE;
      return {
        channels,
        re: re.map((v, i) => v / (energy[i % length]! + floor)),
        im: im.map((v, i) => v / (energy[i % length]! + floor)),
      };
    },
  };
}

/** The filter for samples that weigh alike. */
export function solveDcf(samples: readonly Sample[], beta?: Float64Array): Spectra {
  const [{ features }] = samples as readonly [Sample];
  const moments = createDcfMoments(features.channels, features.re.length / features.channels);
  for (const sample of samples) moments.add(sample, 1, 1 / samples.length, beta);
  return moments.solve();
}
