import type { Fft2, Spectrum } from '@verilens/vision';

/** Where a response is largest, in cells from the origin, wrapped to both sides of it. */
export interface Peak {
  readonly dx: number;
  readonly dy: number;
  readonly value: number;
  /** Height of the peak above the mean of the rest, in deviations of the rest (Bolme et al. 2010). */
  readonly peakToSidelobe: number;
}

const NEWTON_STEPS = 4;

/**
 * The peak of a response, to a fraction of a cell by Newton's method on its Fourier series.
 * @param spectrum of the response `map` [height, width]
 * @param guard cells around the peak that do not count as sidelobe
 */
export function findPeak(map: Float64Array, spectrum: Spectrum, fft: Fft2, guard: number): Peak {
  const { width, height } = fft;
  let at = 0;
  for (let i = 1; i < map.length; i++) if (map[i]! > map[at]!) at = i;
  const [px, py] = [at % width, Math.floor(at / width)];
  const near = (a: number, b: number, n: number): boolean => Math.min(Math.abs(a - b), n - Math.abs(a - b)) <= guard;
  let [count, sum, squares] = [0, 0, 0];
  for (let y = 0, i = 0; y < height; y++) {
    const close = near(y, py, height);
    for (let x = 0; x < width; x++, i++) {
      if (close && near(x, px, width)) continue;
      count += 1;
      sum += map[i]!;
      squares += map[i]! ** 2;
    }
  }
  const mean = count > 0 ? sum / count : 0;
  const deviation = count > 0 ? Math.sqrt(Math.max(0, squares / count - mean * mean)) : 0;
  const peakToSidelobe = deviation > 1e-9 ? (map[at]! - mean) / deviation : 0;
  const [x, y] = refine(spectrum, fft, px, py);
  const wrap = (v: number, n: number): number => (v > n / 2 ? v - n : v);
  return { dx: wrap(x, width), dy: wrap(y, height), value: map[at]!, peakToSidelobe };
}

function refine({ re, im }: Spectrum, { width, height, columns }: Fft2, px: number, py: number): readonly [number, number] {
  let [x, y] = [px, py];
  const across = { cos: new Float64Array(columns), sin: new Float64Array(columns) };
  for (let step = 0; step < NEWTON_STEPS; step++) {
    let [gx, gy, hxx, hxy, hyy] = [0, 0, 0, 0, 0];
    for (let u = 0; u < columns; u++) {
      const angle = (2 * Math.PI * u * x) / width;
      across.cos[u] = Math.cos(angle);
      across.sin[u] = Math.sin(angle);
    }
    for (let v = 0; v < height; v++) {
      const ky = (2 * Math.PI * (v <= height / 2 ? v : v - height)) / height;
      const [downCos, downSin] = [Math.cos(ky * y), Math.sin(ky * y)];
      for (let u = 0, i = v * columns; u < columns; u++, i++) {
        const kx = (2 * Math.PI * u) / width;
        const weight = u === 0 || 2 * u === width ? 1 : 2;
        // of the sum of both phases
        const c = across.cos[u]! * downCos - across.sin[u]! * downSin;
        const s = across.sin[u]! * downCos + across.cos[u]! * downSin;
        // value re c - im s, its slope along the phase -(re s + im c)
        const value = weight * (re[i]! * c - im[i]! * s);
        const slope = -weight * (re[i]! * s + im[i]! * c);
        gx += kx * slope;
        gy += ky * slope;
        hxx -= kx * kx * value;
        hxy -= kx * ky * value;
        hyy -= ky * ky * value;
      }
    }
    const determinant = hxx * hyy - hxy * hxy;
    // only near a maximum; otherwise the whole cell is the answer
    if (!(hxx < 0 && determinant > 0)) break;
    const [mx, my] = [-(hyy * gx - hxy * gy) / determinant, -(hxx * gy - hxy * gx) / determinant];
    if (!(Math.abs(x + mx - px) <= 1 && Math.abs(y + my - py) <= 1)) break;
    x += mx;
    y += my;
    if (Math.abs(mx) + Math.abs(my) < 1e-4) break;
  }
  return [x, y];
}
