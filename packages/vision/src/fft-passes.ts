interface Pass {
  readonly radix: number;
  /** Twiddle factors [m, radix]: w^(k j) of the length at this pass, m = length / radix. */
  readonly re: Float64Array;
  readonly im: Float64Array;
}
/** A transform of one length, prepared. */
export interface Plan {
  readonly length: number;
  readonly passes: readonly Pass[];
}

export function planFft(length: number): Plan {
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

/** Two complex arrays: data and scratch. */
export type Buffers = [re: Float64Array, im: Float64Array, workRe: Float64Array, workIm: Float64Array];

/**
 * Stockham's self-sorting transform along the first axis of [length, batch] (decimation in frequency): each pass turns
 * rows k, k + m, ... into rows radix k + j. The innermost loops run over contiguous numbers. Result first, scratch last.
 */
export function runFft(plan: Plan, batch: number, re: Float64Array, im: Float64Array, workRe: Float64Array, workIm: Float64Array): Buffers {
  let [a, b, c, d]: Buffers = [re, im, workRe, workIm];
  let run = batch;
  let left = plan.length;
  for (const pass of plan.passes) {
    const m = left / pass.radix;
    const kernel = pass.radix === 4 ? pass4 : pass.radix === 3 ? pass3 : pass.radix === 2 ? pass2 : passAny;
    kernel(pass, m, run, a, b, c, d);
    [a, b, c, d] = [c, d, a, b];
    run *= pass.radix;
    left = m;
  }
  return [a, b, c, d];
}

function pass2({ re, im }: Pass, m: number, run: number, a: Float64Array, b: Float64Array, c: Float64Array, d: Float64Array): void {
  for (let k = 0; k < m; k++) {
    const wr = re[2 * k + 1]!;
    const wi = im[2 * k + 1]!;
    const to = 2 * k * run;
    for (let i = 0, p = k * run, q = (k + m) * run; i < run; i++, p++, q++) {
      c[to + i] = a[p]! + a[q]!;
      d[to + i] = b[p]! + b[q]!;
      const dr = a[p]! - a[q]!;
      const di = b[p]! - b[q]!;
      c[to + run + i] = dr * wr - di * wi;
      d[to + run + i] = dr * wi + di * wr;
    }
  }
}

const SIN60 = Math.sqrt(0.75);

function pass3({ re, im }: Pass, m: number, run: number, a: Float64Array, b: Float64Array, c: Float64Array, d: Float64Array): void {
  for (let k = 0; k < m; k++) {
    const w1r = re[3 * k + 1]!;
    const w1i = im[3 * k + 1]!;
    const w2r = re[3 * k + 2]!;
    const w2i = im[3 * k + 2]!;
    const to = 3 * k * run;
    for (let i = 0, p = k * run, q = (k + m) * run, r = (k + 2 * m) * run; i < run; i++, p++, q++, r++) {
      const sr = a[q]! + a[r]!;
      const si = b[q]! + b[r]!;
      // the outer two turned by -90 degrees, as their difference enters
      const tr = SIN60 * (b[q]! - b[r]!);
      const ti = SIN60 * (a[r]! - a[q]!);
      const ur = a[p]! - 0.5 * sr;
      const ui = b[p]! - 0.5 * si;
      c[to + i] = a[p]! + sr;
      d[to + i] = b[p]! + si;
      c[to + run + i] = (ur + tr) * w1r - (ui + ti) * w1i;
      d[to + run + i] = (ur + tr) * w1i + (ui + ti) * w1r;
      c[to + 2 * run + i] = (ur - tr) * w2r - (ui - ti) * w2i;
      d[to + 2 * run + i] = (ur - tr) * w2i + (ui - ti) * w2r;
    }
  }
}

function pass4({ re, im }: Pass, m: number, run: number, a: Float64Array, b: Float64Array, c: Float64Array, d: Float64Array): void {
  for (let k = 0; k < m; k++) {
    const w1r = re[4 * k + 1]!;
    const w1i = im[4 * k + 1]!;
    const w2r = re[4 * k + 2]!;
    const w2i = im[4 * k + 2]!;
    const w3r = re[4 * k + 3]!;
    const w3i = im[4 * k + 3]!;
    const to = 4 * k * run;
    for (let i = 0, p = k * run, q = (k + m) * run, r = (k + 2 * m) * run, s = (k + 3 * m) * run; i < run; i++, p++, q++, r++, s++) {
      const sr = a[p]! + a[r]!;
      const si = b[p]! + b[r]!;
      const ur = a[p]! - a[r]!;
      const ui = b[p]! - b[r]!;
      const vr = a[q]! + a[s]!;
      const vi = b[q]! + b[s]!;
      // -i (x1 - x3)
      const zr = b[q]! - b[s]!;
      const zi = a[s]! - a[q]!;
      c[to + i] = sr + vr;
      d[to + i] = si + vi;
      c[to + run + i] = (ur + zr) * w1r - (ui + zi) * w1i;
      d[to + run + i] = (ur + zr) * w1i + (ui + zi) * w1r;
      c[to + 2 * run + i] = (sr - vr) * w2r - (si - vi) * w2i;
      d[to + 2 * run + i] = (sr - vr) * w2i + (si - vi) * w2r;
      c[to + 3 * run + i] = (ur - zr) * w3r - (ui - zi) * w3i;
      d[to + 3 * run + i] = (ur - zr) * w3i + (ui - zi) * w3r;
    }
  }
}

/** Any radix, by the definition. */
function passAny(
  { radix, re, im }: Pass,
  m: number,
  run: number,
  a: Float64Array,
  b: Float64Array,
  c: Float64Array,
  d: Float64Array,
): void {
  for (let k = 0; k < m; k++) {
    for (let j = 0; j < radix; j++) {
      const to = (radix * k + j) * run;
      c.fill(0, to, to + run);
      d.fill(0, to, to + run);
      const wr = re[k * radix + j]!;
      const wi = im[k * radix + j]!;
      for (let l = 0; l < radix; l++) {
        const angle = (-2 * Math.PI * ((j * l) % radix)) / radix;
        const fr = Math.cos(angle) * wr - Math.sin(angle) * wi;
        const fi = Math.cos(angle) * wi + Math.sin(angle) * wr;
        for (let i = 0, from = (k + l * m) * run; i < run; i++, from++) {
          c[to + i]! += a[from]! * fr - b[from]! * fi;
          d[to + i]! += a[from]! * fi + b[from]! * fr;
        }
      }
    }
  }
}
