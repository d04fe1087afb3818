import type { Fft2 } from '@verilens/vision';
import { conjugateGradient, type LinearSystem } from './conjugate-gradient.ts';
import type { Sample } from './dcf.ts';
import { emptySpectra, invertSpectra, transformMaps, type Spectra } from './spectra.ts';

/**
 * The filter with a spatial penalty (solver B): the minimiser of
 * sum_j w_j |sum_d h_d (*) x_d^j - y^j|^2 + sum_d |omega h_d|^2.
 * Instead of a memory of samples it keeps their weighted second moments at each frequency, S = sum_j w_j conj(x_a) x_b and
 * r = sum_j w_j conj(x_a) y: exact for weights that fade exponentially, of constant size, and affordable because few
 * channels are left after distillation.
 */
export interface SpatialFilter {
  readonly filter: Spectra;
  /** Fades what is known by 1 - rate and adds a sample with weight rate. The first sample counts whole. */
  learn(sample: Sample, rate: number): void;
  /** Improves the filter by some steps of conjugate gradients. */
  solve(iterations: number): void;
}

/** Shares of ECO's diagonal preconditioner. */
const OWN_ENERGY = 0.3;
const PENALTY_SHARE = 0.15;

/** @param penalty omega^2 at each place of the filter, [height, width], all above 0 */
export function createSpatialFilter(fft: Fft2, channels: number, penalty: Float64Array): SpatialFilter {
  const length = fft.height * fft.columns;
  const pairs = (channels * (channels + 1)) / 2;
  /** Upper triangle of S, plane after plane: (0,0) (0,1) ... (1,1) ... */
  const moments = { re: new Float64Array(pairs * length), im: new Float64Array(pairs * length) };
  const right = emptySpectra(channels, fft);
  const filter = emptySpectra(channels, fft);
  const meanPenalty = penalty.reduce((sum, p) => sum + p, 0) / penalty.length;
  let known = false;

  const learn = ({ features: x, label }: Sample, rate: number): void => {
    const [keep, add] = known ? [1 - rate, rate] : [0, 1];
    known = true;
    let to = 0;
    for (let a = 0; a < channels; a++) {
      for (let u = 0, p = a * length; u < length; u++, p++) {
        const xr = add * x.re[p]!;
        const xi = add * x.im[p]!;
        right.re[p] = keep * right.re[p]! + xr * label.re[u]! + xi * label.im[u]!;
        right.im[p] = keep * right.im[p]! + xr * label.im[u]! - xi * label.re[u]!;
      }
      for (let b = a; b < channels; b++) {
        for (let u = 0, p = a * length, q = b * length; u < length; u++, p++, q++, to++) {
          const ar = add * x.re[p]!;
          const ai = add * x.im[p]!;
          const br = x.re[q]!;
          const bi = x.im[q]!;
          moments.re[to] = keep * moments.re[to]! + ar * br + ai * bi;
          moments.im[to] = keep * moments.im[to]! + ar * bi - ai * br;
        }
      }
    }
  };

  const apply = (h: Spectra, out: Spectra): void => {
    const maps = invertSpectra(h, fft);
    const size = penalty.length;
    for (let i = 0, p = 0; i < maps.length; i++) {
      maps[i]! *= penalty[p]!;
      p = p + 1 === size ? 0 : p + 1;
    }
    const penalised = transformMaps(maps, channels, fft);
    out.re.set(penalised.re);
    out.im.set(penalised.im);
    let m = 0;
    for (let a = 0; a < channels; a++) {
      for (let b = a; b < channels; b++) {
        for (let u = 0, p = a * length, q = b * length; u < length; u++, p++, q++, m++) {
          const sr = moments.re[m]!;
          const si = moments.im[m]!;
          out.re[p]! += sr * h.re[q]! - si * h.im[q]!;
          out.im[p]! += sr * h.im[q]! + si * h.re[q]!;
          if (a === b) continue;
          // the lower triangle is its conjugate
          out.re[q]! += sr * h.re[p]! + si * h.im[p]!;
          out.im[q]! += sr * h.im[p]! - si * h.re[p]!;
        }
      }
    }
  };

  /** Energies of the diagonal, mixed with their mean over channels, and the mean penalty. */
  const preconditioner = (): Float64Array => {
    const own = new Float64Array(channels * length);
    const mean = new Float64Array(length);
    let m = 0;
    for (let a = 0; a < channels; a++) {
      for (let u = 0; u < length; u++) {
        own[a * length + u] = moments.re[m + u]!;
        mean[u]! += moments.re[m + u]! / channels;
      }
      m += (channels - a) * length;
    }
    return own.map(
      (energy, i) => (1 - PENALTY_SHARE) * (OWN_ENERGY * energy + (1 - OWN_ENERGY) * mean[i % length]!) + PENALTY_SHARE * meanPenalty,
    );
  };

  return {
    filter,
    learn,
    solve(iterations) {
      const diagonal = preconditioner();
      const system: LinearSystem = {
        apply,
        dot: dotOver(fft),
        precondition(x, out) {
          for (let i = 0; i < diagonal.length; i++) {
            out.re[i] = x.re[i]! / diagonal[i]!;
            out.im[i] = x.im[i]! / diagonal[i]!;
          }
        },
      };
      conjugateGradient(system, right, filter, { iterations, tolerance: 1e-10 });
    },
  };
}

/** Inner product over the whole plane: columns whose mirror image is left out count twice. */
export function dotOver({ width, columns }: Fft2): (a: Spectra, b: Spectra) => number {
  const twice = Uint8Array.from({ length: columns }, (_, x) => (x === 0 || 2 * x === width ? 1 : 2));
  return (a, b) => {
    let total = 0;
    for (let i = 0, x = 0; i < a.re.length; i++) {
      total += twice[x]! * (a.re[i]! * b.re[i]! + a.im[i]! * b.im[i]!);
      x = x + 1 === columns ? 0 : x + 1;
    }
    return total;
  };
}
