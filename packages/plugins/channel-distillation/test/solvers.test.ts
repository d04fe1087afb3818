import { createRandom } from '@verilens/data';
import { createFft2, type Spectrum } from '@verilens/vision';
import { describe, expect, it } from 'vitest';
import { nonNegativeLasso } from '../src/channels.ts';
import { createDcfMoments, solveDcf, type Sample } from '../src/dcf.ts';
import { gaussian, gaussianLabel } from '../src/label.ts';
import { createSpatialFilter } from '../src/spatial-filter.ts';
import { invertSpectra, selectChannels, shiftSpectra, transformMaps } from '../src/spectra.ts';

const SIDE = 6;
const CELLS = SIDE * SIDE;
const CHANNELS = 3;
const fft = createFft2(SIDE);
const draw = createRandom(0);
const maps = (): Float64Array => Float64Array.from({ length: CHANNELS * CELLS }, () => draw.normal());
const pictures = Array.from({ length: 4 }, maps);
const wanted = gaussian(SIDE, SIDE, 1);
const label: Spectrum = gaussianLabel(fft, 1);
const samples: Sample[] = pictures.map((picture) => ({ features: transformMaps(picture, CHANNELS, fft), label }));
const penalty = Float64Array.from({ length: CELLS }, () => draw.uniform(0.5, 4));

/** Rows of the linear map h -> sum_d h_d (*) x_d for circular convolution, [CELLS, CHANNELS * CELLS]. */
function convolutionMatrix(picture: Float64Array): Float64Array[] {
  return Array.from({ length: CELLS }, (_, t) => {
    const [ty, tx] = [Math.floor(t / SIDE), t % SIDE];
    const row = new Float64Array(CHANNELS * CELLS);
    for (let d = 0; d < CHANNELS; d++) {
      for (let s = 0; s < CELLS; s++) {
        const [sy, sx] = [Math.floor(s / SIDE), s % SIDE];
        row[d * CELLS + s] = picture[d * CELLS + ((ty - sy + SIDE) % SIDE) * SIDE + ((tx - sx + SIDE) % SIDE)]!;
      }
    }
    return row;
  });
}

/** (sum_j w_j X^T X + diagonal) h = sum_j w_j X^T y, by Gaussian elimination with pivots. */
function direct(weights: readonly number[], diagonal: (i: number) => number): Float64Array {
  const n = CHANNELS * CELLS;
  const a = Array.from({ length: n }, () => new Float64Array(n + 1));
  pictures.forEach((picture, j) => {
    for (const [t, row] of convolutionMatrix(picture).entries()) {
      for (let i = 0; i < n; i++) {
        for (let k = 0; k < n; k++) a[i]![k]! += weights[j]! * row[i]! * row[k]!;
        a[i]![n]! += weights[j]! * row[i]! * wanted[t]!;
      }
    }
  });
  for (let i = 0; i < n; i++) a[i]![i]! += diagonal(i);
  for (let c = 0; c < n; c++) {
    let pivot = c;
    for (let r = c + 1; r < n; r++) if (Math.abs(a[r]![c]!) > Math.abs(a[pivot]![c]!)) pivot = r;
    [a[c], a[pivot]] = [a[pivot]!, a[c]!];
    for (let r = 0; r < n; r++) {
      if (r === c) continue;
      const factor = a[r]![c]! / a[c]![c]!;
      for (let k = c; k <= n; k++) a[r]![k]! -= factor * a[c]![k]!;
    }
  }
  return Float64Array.from(a, (row, i) => row[n]! / row[i]!);
}

const far = (a: ArrayLike<number>, b: ArrayLike<number>): number =>
  Array.from(a).reduce((worst, v, i) => Math.max(worst, Math.abs(v - b[i]!)), 0);

describe('the filter with a spatial penalty', () => {
  it('is the direct solution of its normal equations', () => {
    const model = createSpatialFilter(fft, CHANNELS, penalty);
    const rate = 0.3;
    samples.forEach((sample, i) => model.learn(sample, i === 0 ? 1 : rate));
    model.solve(500);
    const weights = samples.map((_, i) => (i === 0 ? 1 : rate) * (1 - rate) ** (samples.length - 1 - i));
    expect(
      far(
        invertSpectra(model.filter, fft),
        direct(weights, (i) => penalty[i % CELLS]!),
      ),
    ).toBeLessThan(1e-8);
  });

  it('goes on from where it was', () => {
    const [whole, parts] = [createSpatialFilter(fft, CHANNELS, penalty), createSpatialFilter(fft, CHANNELS, penalty)];
    for (const model of [whole, parts]) model.learn(samples[0]!, 1);
    whole.solve(500);
    for (let i = 0; i < 60; i++) parts.solve(5);
    expect(far(whole.filter.re, parts.filter.re)).toBeLessThan(1e-8);
  });
});

describe('the plain filter', () => {
  it('of one sample and one channel is the direct solution with the same lambda everywhere', () => {
    const one: Sample = { features: selectChannels(samples[0]!.features, [0]), label };
    const filter = solveDcf([one]);
    const mean = (power: (u: number) => number): number => {
      const length = one.features.re.length;
      return Array.from({ length }, (_, u) => power(u)).reduce((sum, v) => sum + v, 0) / length;
    };
    const lambda = 0.01 * mean((u) => one.features.re[u]! ** 2 + one.features.im[u]! ** 2);
    for (let u = 0; u < one.features.re.length; u++) {
      const [xr, xi, yr, yi] = [one.features.re[u]!, one.features.im[u]!, label.re[u]!, label.im[u]!];
      const energy = xr * xr + xi * xi + lambda;
      expect(filter.re[u]).toBeCloseTo((xr * yr + xi * yi) / energy, 12);
      expect(filter.im[u]).toBeCloseTo((xr * yi - xi * yr) / energy, 12);
    }
  });

  it('does not depend on the order of channels', () => {
    const turned = [2, 0, 1];
    const a = solveDcf(samples);
    const b = solveDcf(samples.map(({ features }) => ({ features: selectChannels(features, turned), label })));
    expect(far(selectChannels(a, turned).re, b.re)).toBeLessThan(1e-12);
  });

  it('fades old samples', () => {
    const moments = createDcfMoments(CHANNELS, fft.height * fft.columns);
    moments.add(samples[0]!, 0, 1);
    for (let i = 0; i < 200; i++) moments.add(samples[1]!, 0.9, 0.1);
    expect(far(moments.solve().re, solveDcf([samples[1]!]).re)).toBeLessThan(1e-6);
  });
});

it('moves spectra as maps move', () => {
  const moved = invertSpectra(shiftSpectra(samples[0]!.features, 2, 5, fft), fft);
  for (let y = 0; y < SIDE; y++) {
    for (let x = 0; x < SIDE; x++) {
      expect(moved[((y + 5) % SIDE) * SIDE + ((x + 2) % SIDE)]).toBeCloseTo(pictures[0]![y * SIDE + x]!, 10);
    }
  }
});

describe('the non-negative lasso', () => {
  const n = 12;
  const rows = Array.from({ length: 30 }, () => Array.from({ length: n }, () => draw.normal()));
  const gram = Float64Array.from({ length: n * n }, (_, i) => rows.reduce((sum, row) => sum + row[Math.floor(i / n)]! * row[i % n]!, 0));
  const target = Float64Array.from({ length: n }, () => draw.normal(2, 6));

  it.each([0, 0.05, 0.5])('meets the conditions of an optimum, gamma %d', (gamma) => {
    const w = nonNegativeLasso(gram, target, gamma);
    const price = (gamma * target.reduce((m, b) => Math.max(m, Math.abs(b)), 0)) / 2;
    for (let d = 0; d < n; d++) {
      const slope = gram.subarray(d * n, (d + 1) * n).reduce((sum, g, k) => sum + g * w[k]!, 0) - target[d]! + price;
      expect(w[d]).toBeGreaterThanOrEqual(0);
      if (w[d]! > 0) expect(Math.abs(slope)).toBeLessThan(1e-6);
      else expect(slope).toBeGreaterThan(-1e-6);
    }
  });

  it('keeps fewer channels the dearer they are', () => {
    const count = (gamma: number): number => nonNegativeLasso(gram, target, gamma).filter((v) => v > 0).length;
    expect(count(1)).toBeLessThan(count(0));
    expect(count(2)).toBe(0);
  });
});
