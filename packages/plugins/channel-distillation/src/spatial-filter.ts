import type { Fft2 } from '@verilens/vision';
import { conjugateGradient, type LinearSystem, workspaceFor } from './conjugate-gradient.ts';
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

/** Upper triangle of S, plane after plane: (0,0) (0,1) ... (1,1) ... */
interface Moments {
  readonly re: Float64Array;
  readonly im: Float64Array;
}

/** Shares of ECO's diagonal preconditioner. */
const OWN_ENERGY = 0.3;
const PENALTY_SHARE = 0.15;

/** @param penalty omega^2 at each place of the filter, [height, width], all above 0 */
export function createSpatialFilter(fft: Fft2, channels: number, penalty: Float64Array): SpatialFilter {
  const length = fft.height * fft.columns;
  const pairs = (channels * (channels + 1)) / 2;
  /** Place of S(a, b), a <= b, among the planes. */
  const planeOf = (a: number, b: number): number => a * channels - (a * (a - 1)) / 2 + b - a;
  const moments: Moments = { re: new Float64Array(pairs * length), im: new Float64Array(pairs * length) };
  const right = emptySpectra(channels, fft);
  const filter = emptySpectra(channels, fft);
  const meanPenalty = penalty.reduce((sum, p) => sum + p, 0) / penalty.length;
  let known = false;

  const learn = ({ features: x, label }: Sample, rate: number): void => {
    const [keep, add] = known ? [1 - rate, rate] : [0, 1];
    known = true;
    const [xRe, xIm, sRe, sIm] = [x.re, x.im, moments.re, moments.im];
    let to = 0;
    for (let a = 0; a < channels; a++) {
      for (let u = 0, p = a * length; u < length; u++, p++) {
        const xr = add * xRe[p]!;
        const xi = add * xIm[p]!;
        right.re[p] = keep * right.re[p]! + xr * label.re[u]! + xi * label.im[u]!;
        right.im[p] = keep * right.im[p]! + xr * label.im[u]! - xi * label.re[u]!;
      }
      for (let b = a; b < channels; b++) {
        for (let u = 0, p = a * length, q = b * length; u < length; u++, p++, q++, to++) {
          const ar = add * xRe[p]!;
          const ai = add * xIm[p]!;
          const br = xRe[q]!;
          const bi = xIm[q]!;
          sRe[to] = keep * sRe[to]! + ar * br + ai * bi;
          sIm[to] = keep * sIm[to]! + ar * bi - ai * br;
        }
      }
    }
  };

  const workspace = workspaceFor(right);
  const maps = new Float64Array(channels * penalty.length);
  const dot = dotOver(fft);

  const apply = (h: Spectra, out: Spectra): void => {
    invertSpectra(h, fft, maps);
    const size = penalty.length;
    for (let from = 0; from < maps.length; from += size) for (let p = 0; p < size; p++) maps[from + p]! *= penalty[p]!;
    transformMaps(maps, channels, fft, out);
    for (let a = 0; a < channels; a++) {
      const entry = (b: number): Entry => ({
        from: length * (a <= b ? planeOf(a, b) : planeOf(b, a)),
        sign: a <= b ? 1 : -1,
        column: b * length,
      });
      // two columns at a time, which halves what is read and written of the row
      for (let b = 0; b + 1 < channels; b += 2) addTwo(out, a * length, length, moments, entry(b), entry(b + 1), h);
      if (channels % 2 === 1) addOne(out, a * length, length, moments, entry(channels - 1), h);
    }
  };

  /** One over the energies of the diagonal, mixed with their mean over channels and the mean penalty. */
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
    for (let i = 0, u = 0; i < own.length; i++) {
      own[i] = 1 / ((1 - PENALTY_SHARE) * (OWN_ENERGY * own[i]! + (1 - OWN_ENERGY) * mean[u]!) + PENALTY_SHARE * meanPenalty);
      u = u + 1 === length ? 0 : u + 1;
    }
    return own;
  };

  return {
    filter,
    learn,
    solve(iterations) {
      const share = preconditioner();
      const system: LinearSystem = {
        apply,
        dot,
        precondition(x, out) {
          for (let i = 0; i < share.length; i++) {
            out.re[i] = x.re[i]! * share[i]!;
            out.im[i] = x.im[i]! * share[i]!;
          }
        },
      };
      conjugateGradient(system, right, filter, { iterations, tolerance: 1e-10, workspace });
    },
  };
}

/** An entry of a row of S: where its plane starts, -1 for the conjugate, and where the plane that it meets starts. */
interface Entry {
  readonly from: number;
  readonly sign: 1 | -1;
  readonly column: number;
}

/** A plane of `out` += S(a, b) h_b. */
function addOne(out: Spectra, at: number, length: number, moments: Moments, { from, sign, column }: Entry, h: Spectra): void {
  const [outRe, outIm, hRe, hIm] = [out.re, out.im, h.re, h.im];
  for (let o = at, m = from, p = column; o < at + length; o++, m++, p++) {
    const sr = moments.re[m]!;
    const si = sign * moments.im[m]!;
    outRe[o]! += sr * hRe[p]! - si * hIm[p]!;
    outIm[o]! += sr * hIm[p]! + si * hRe[p]!;
  }
}

/** A plane of `out` += S(a, b) h_b + S(a, c) h_c. */
function addTwo(out: Spectra, at: number, length: number, moments: Moments, first: Entry, second: Entry, h: Spectra): void {
  const [outRe, outIm, hRe, hIm, sRe, sIm] = [out.re, out.im, h.re, h.im, moments.re, moments.im];
  const [signB, signC] = [first.sign, second.sign];
  for (let o = at, m = first.from, n = second.from, p = first.column, q = second.column; o < at + length; o++, m++, n++, p++, q++) {
    const br = sRe[m]!;
    const bi = signB * sIm[m]!;
    const cr = sRe[n]!;
    const ci = signC * sIm[n]!;
    outRe[o]! += br * hRe[p]! - bi * hIm[p]! + cr * hRe[q]! - ci * hIm[q]!;
    outIm[o]! += br * hIm[p]! + bi * hRe[p]! + cr * hIm[q]! + ci * hRe[q]!;
  }
}

/** Inner product over the whole plane: columns whose mirror image is left out count twice. */
export function dotOver({ width, columns }: Fft2): (a: Spectra, b: Spectra) => number {
  const lonely = width % 2 === 0 ? [0, columns - 1] : [0];
  return (a, b) => {
    const [aRe, aIm, bRe, bIm] = [a.re, a.im, b.re, b.im];
    let all = 0;
    for (let i = 0; i < aRe.length; i++) all += aRe[i]! * bRe[i]! + aIm[i]! * bIm[i]!;
    let once = 0;
    for (const column of lonely) for (let i = column; i < aRe.length; i += columns) once += aRe[i]! * bRe[i]! + aIm[i]! * bIm[i]!;
    return 2 * all - once;
  };
}
