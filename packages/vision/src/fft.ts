import { VerilensError } from '@verilens/core';

/** Half of the spectrum of a real picture: rows 0..height-1, columns 0..width/2; the rest is its conjugate mirror. */
export interface Spectrum {
  /** length = height * (floor(width / 2) + 1), row by row */
  readonly re: Float64Array;
  readonly im: Float64Array;
}

/** Two-dimensional Fourier transforms of real pictures of one size, in double precision. */
export interface Fft2 {
  readonly width: number;
  readonly height: number;
  /** Columns of a `Spectrum`: floor(width / 2) + 1. */
  readonly columns: number;
  /**
   * Unnormalised transforms of two pictures at the price of one, or of one alone.
   * @param a length = width * height, row by row
   */
  forward(a: ArrayLike<number>, b?: ArrayLike<number>): readonly [Spectrum, Spectrum];
  /** Inverse (divided by width * height) of one or two spectra; imaginary parts where there can be none are ignored. */
  inverse(a: Spectrum, b?: Spectrum): readonly [Float64Array, Float64Array];
}

/**
 * Plans transforms of `height` x `width` pictures. Fast when both are products of 2, 3 and 5; other prime factors p
 * cost p operations an element.
 * @throws VerilensError BAD_OPTION
 */
export function createFft2(height: number, width: number = height): Fft2 {
  if (!(Number.isInteger(height) && Number.isInteger(width) && height >= 1 && width >= 1 && height * width <= 2 ** 26)) {
    throw new VerilensError('BAD_OPTION', 'no transform of this size', {
      place: 'vision.createFft2',
      expected: 'whole numbers from 1, with a product of at most 2^26',
      got: `${height} x ${width}`,
    });
  }
  const size = height * width;
  const columns = (width >> 1) + 1;
  const [down, across] = [planFft(height), planFft(width)];
  let [re, im, workRe, workIm] = [0, 0, 0, 0].map(() => new Float64Array(size)) as [Float64Array, Float64Array, Float64Array, Float64Array];

  /** Transforms [height, width] held in re, im along both axes; the result lies transposed: [width, height]. */
  const transform = (sign: 1 | -1): void => {
    // an inverse is a forward transform with real and imaginary parts exchanged
    if (sign === -1) [re, im] = [im, re];
    [re, im, workRe, workIm] = runFft(down, width, re, im, workRe, workIm);
    transpose(re, workRe, height, width);
    transpose(im, workIm, height, width);
    [re, im, workRe, workIm] = [workRe, workIm, re, im];
    [re, im, workRe, workIm] = runFft(across, height, re, im, workRe, workIm);
    if (sign === -1) [re, im] = [im, re];
  };
  const empty = (): Spectrum => ({ re: new Float64Array(height * columns), im: new Float64Array(height * columns) });

  return {
    width,
    height,
    columns,
    forward(a, b) {
      for (let i = 0; i < size; i++) re[i] = a[i]!;
      if (b === undefined) im.fill(0);
      else for (let i = 0; i < size; i++) im[i] = b[i]!;
      transform(1);
      // z = a + i b: A = (Z(u) + conj Z(-u)) / 2, B = (Z(u) - conj Z(-u)) / 2i
      const [first, second] = [empty(), empty()];
      for (let x = 0; x < columns; x++) {
        const mirrorX = x === 0 ? 0 : width - x;
        for (let y = 0; y < height; y++) {
          const mirrorY = y === 0 ? 0 : height - y;
          const [at, mirror, to] = [x * height + y, mirrorX * height + mirrorY, y * columns + x];
          first.re[to] = 0.5 * (re[at]! + re[mirror]!);
          first.im[to] = 0.5 * (im[at]! - im[mirror]!);
          second.re[to] = 0.5 * (im[at]! + im[mirror]!);
          second.im[to] = 0.5 * (re[mirror]! - re[at]!);
        }
      }
      return [first, second];
    },
    inverse(a, b) {
      // Z = A + i B over the whole plane, the missing half by conjugate symmetry
      for (let y = 0; y < height; y++) {
        const mirrorY = y === 0 ? 0 : height - y;
        for (let x = 0; x < width; x++) {
          const inside = x < columns;
          const from = inside ? y * columns + x : mirrorY * columns + width - x;
          const sign = inside ? 1 : -1;
          const to = y * width + x;
          re[to] = a.re[from]! - (b === undefined ? 0 : sign * b.im[from]!);
          im[to] = sign * a.im[from]! + (b === undefined ? 0 : b.re[from]!);
        }
      }
      transform(-1);
      const [first, second] = [new Float64Array(size), new Float64Array(size)];
      const scale = 1 / size;
      for (let y = 0; y < height; y++) {
        for (let x = 0; x < width; x++) {
          first[y * width + x] = re[x * height + y]! * scale;
          second[y * width + x] = im[x * height + y]! * scale;
        }
      }
      return [first, second];
    },
  };
}

interface Pass {
  readonly radix: number;
  /** Twiddle factors [m, radix]: w^(k j) of the length at this pass, m = length / radix. */
  readonly re: Float64Array;
  readonly im: Float64Array;
}
interface Plan {
  readonly length: number;
  readonly passes: readonly Pass[];
}

function planFft(length: number): Plan {
  const passes: Pass[] = [];
  let left = length;
  for (const radix of factors(length)) {
    const m = left / radix;
    const re = new Float64Array(left);
    const im = new Float64Array(left);
    for (let k = 0; k < m; k++) {
      for (let j = 0; j < radix; j++) {
        const angle = (-2 * Math.PI * ((k * j) % left)) / left;
        re[k * radix + j] = Math.cos(angle);
        im[k * radix + j] = Math.sin(angle);
      }
    }
    passes.push({ radix, re, im });
    left = m;
  }
  return { length, passes };
}

function factors(n: number): number[] {
  const found: number[] = [];
  let left = n;
  for (const p of [4, 2, 3, 5]) {
    while (left % p === 0) {
      found.push(p);
      left /= p;
    }
  }
  for (let p = 7; left > 1; p += 2) {
    while (left % p === 0) {
      found.push(p);
      left /= p;
    }
    if (p * p > left && left > 1) {
      found.push(left);
      break;
    }
  }
  return found;
}

type Buffers = [re: Float64Array, im: Float64Array, workRe: Float64Array, workIm: Float64Array];

/**
 * Stockham's self-sorting transform along the first axis of [length, batch] (decimation in frequency): each pass turns
 * rows k, k + m, ... into rows radix k + j. The innermost loops run over contiguous numbers. Result first, scratch last.
 */
function runFft(plan: Plan, batch: number, re: Float64Array, im: Float64Array, workRe: Float64Array, workIm: Float64Array): Buffers {
  let [a, b, c, d]: Buffers = [re, im, workRe, workIm];
  let run = batch;
  let left = plan.length;
  for (const pass of plan.passes) {
    const m = left / pass.radix;
    const kernel = pass.radix === 4 ? pass4 : pass.radix === 2 ? pass2 : passAny;
    kernel(pass, m, run, a, b, c, d);
    [a, b, c, d] = [c, d, a, b];
    run *= pass.radix;
    left = m;
  }
  return [a, b, c, d];
}

function pass2(pass: Pass, m: number, run: number, a: Float64Array, b: Float64Array, c: Float64Array, d: Float64Array): void {
  for (let k = 0; k < m; k++) {
    const [wr, wi] = [pass.re[2 * k + 1]!, pass.im[2 * k + 1]!];
    const [p, q] = [k * run, (k + m) * run];
    const to = 2 * k * run;
    for (let i = 0; i < run; i++) {
      const [xr, xi, yr, yi] = [a[p + i]!, b[p + i]!, a[q + i]!, b[q + i]!];
      c[to + i] = xr + yr;
      d[to + i] = xi + yi;
      const [dr, di] = [xr - yr, xi - yi];
      c[to + run + i] = dr * wr - di * wi;
      d[to + run + i] = dr * wi + di * wr;
    }
  }
}

function pass4(pass: Pass, m: number, run: number, a: Float64Array, b: Float64Array, c: Float64Array, d: Float64Array): void {
  const { re, im } = pass;
  for (let k = 0; k < m; k++) {
    const [w1r, w1i, w2r, w2i, w3r, w3i] = [re[4 * k + 1]!, im[4 * k + 1]!, re[4 * k + 2]!, im[4 * k + 2]!, re[4 * k + 3]!, im[4 * k + 3]!];
    const [p0, p1, p2, p3] = [k * run, (k + m) * run, (k + 2 * m) * run, (k + 3 * m) * run];
    const [t0, t1, t2, t3] = [4 * k * run, (4 * k + 1) * run, (4 * k + 2) * run, (4 * k + 3) * run];
    for (let i = 0; i < run; i++) {
      const sr = a[p0 + i]! + a[p2 + i]!;
      const si = b[p0 + i]! + b[p2 + i]!;
      const ur = a[p0 + i]! - a[p2 + i]!;
      const ui = b[p0 + i]! - b[p2 + i]!;
      const vr = a[p1 + i]! + a[p3 + i]!;
      const vi = b[p1 + i]! + b[p3 + i]!;
      // -i (x1 - x3)
      const zr = b[p1 + i]! - b[p3 + i]!;
      const zi = a[p3 + i]! - a[p1 + i]!;
      c[t0 + i] = sr + vr;
      d[t0 + i] = si + vi;
      const [y1r, y1i, y2r, y2i, y3r, y3i] = [ur + zr, ui + zi, sr - vr, si - vi, ur - zr, ui - zi];
      c[t1 + i] = y1r * w1r - y1i * w1i;
      d[t1 + i] = y1r * w1i + y1i * w1r;
      c[t2 + i] = y2r * w2r - y2i * w2i;
      d[t2 + i] = y2r * w2i + y2i * w2r;
      c[t3 + i] = y3r * w3r - y3i * w3i;
      d[t3 + i] = y3r * w3i + y3i * w3r;
    }
  }
}

function passAny(pass: Pass, m: number, run: number, a: Float64Array, b: Float64Array, c: Float64Array, d: Float64Array): void {
  const { radix, re, im } = pass;
  for (let k = 0; k < m; k++) {
    for (let j = 0; j < radix; j++) {
      const to = (radix * k + j) * run;
      c.fill(0, to, to + run);
      d.fill(0, to, to + run);
      const [wr, wi] = [re[k * radix + j]!, im[k * radix + j]!];
      for (let l = 0; l < radix; l++) {
        const angle = (-2 * Math.PI * ((j * l) % radix)) / radix;
        const [cr, ci] = [Math.cos(angle), Math.sin(angle)];
        const [fr, fi] = [cr * wr - ci * wi, cr * wi + ci * wr];
        const from = (k + l * m) * run;
        for (let i = 0; i < run; i++) {
          const [xr, xi] = [a[from + i]!, b[from + i]!];
          c[to + i] = c[to + i]! + xr * fr - xi * fi;
          d[to + i] = d[to + i]! + xr * fi + xi * fr;
        }
      }
    }
  }
}

const TILE = 16;

function transpose(from: Float64Array, to: Float64Array, rows: number, columns: number): void {
  for (let y0 = 0; y0 < rows; y0 += TILE) {
    for (let x0 = 0; x0 < columns; x0 += TILE) {
      const [yEnd, xEnd] = [Math.min(y0 + TILE, rows), Math.min(x0 + TILE, columns)];
      for (let y = y0; y < yEnd; y++) for (let x = x0; x < xEnd; x++) to[x * rows + y] = from[y * columns + x]!;
    }
  }
}
