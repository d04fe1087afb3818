import { matmul } from '../ops/linear-algebra.ts';
import { roll } from '../ops/arrange.ts';
import { concat, split } from '../ops/shape.ts';
import { constant } from '../ops/source.ts';
import { describe, normalAxis, sameShape, shapeError, type Sym } from '../sym.ts';
import { complexConj, complexMul, type Complex } from './complex.ts';

/**
 * Discrete Fourier transforms as products with constant matrices, so they run and differentiate wherever products do.
 * Their turns are exact to double precision before they are rounded; results are within 1e-6 of the largest value for sizes
 * up to 256. A size n costs n^2 constants and n^2 multiplications a row.
 */
export interface FourierOptions {
  /** Where the division by the number of elements goes: the inverse (default), half each ('ortho'), the forward transform. */
  readonly norm?: 'backward' | 'ortho' | 'forward';
}

/** Cosine and sine of 2 pi m / n: whole quarters are taken off first, so that 0, 1 and -1 come out exact. */
function turn(m: number, n: number): readonly [cos: number, sin: number] {
  const at = ((m % n) + n) % n;
  if (8 * at > 4 * n) {
    const [cos, sin] = turn(n - at, n);
    return [cos, -sin];
  }
  if (8 * at > 2 * n) {
    // a quarter turn on: (cos, sin) of at is (-sin, cos) of at - n/4
    const angle = (2 * Math.PI * (4 * at - n)) / (4 * n);
    return 4 * at === 2 * n ? [-1, 0] : [-Math.sin(angle), Math.cos(angle)];
  }
  if (4 * at === n) return [0, 1];
  const angle = (2 * Math.PI * at) / n;
  return [Math.cos(angle), Math.sin(angle)];
}

type Entry = (row: number, column: number) => number;

function matrix(rows: number, columns: number, entry: Entry): Sym {
  const data = new Float32Array(rows * columns);
  for (let i = 0; i < rows; i++) for (let j = 0; j < columns; j++) data[i * columns + j] = entry(i, j);
  return constant(data, [rows, columns]);
}

/** Turns of all products of places and frequencies of size n. */
function turns(n: number): (m: number) => readonly [number, number] {
  const table = Array.from({ length: n }, (_, m) => turn(m, n));
  return (m) => table[m % n]!;
}

interface Pass {
  /** -2 or -1: rows or columns of the picture. */
  readonly axis: -2 | -1;
  /** -1 forward, 1 inverse. */
  readonly sign: -1 | 1;
  readonly scale: number;
}

/** One axis of a complex tensor: [re | im] times [[C, sS], [-sS, C]]. */
function transformAxis(x: Complex, { axis, sign, scale }: Pass): Complex {
  const n = x.re.shape.at(axis)!;
  const at = turns(n);
  const block: Entry = (i, j) => {
    const [cos, sin] = at((i % n) * (j % n));
    if (i < n === j < n) return scale * cos;
    // for rows the matrix stands on the left, transposed
    return scale * (i < n === (axis === -1) ? sign * sin : -sign * sin);
  };
  return applied(matrix(2 * n, 2 * n, block), concat([x.re, x.im], axis), axis);
}

/** The same of a real tensor, whose first `kept` frequencies are wanted. */
function transformReal(x: Sym, { axis, sign, scale }: Pass, kept = x.shape.at(axis)!): Complex {
  const n = x.shape.at(axis)!;
  const at = turns(n);
  const entry = (place: number, column: number): number => {
    const [cos, sin] = at(place * (column % kept));
    return scale * (column < kept ? cos : sign * sin);
  };
  const m = axis === -1 ? matrix(n, 2 * kept, entry) : matrix(2 * kept, n, (i, j) => entry(j, i));
  return applied(m, x, axis);
}

function applied(m: Sym, x: Sym, axis: -2 | -1): Complex {
  const [re, im] = split(axis === -1 ? matmul(x, m) : matmul(m, x), 2, axis) as [Sym, Sym];
  return { re, im };
}

/** Half the spectrum back to a real axis of `width`: frequencies that the half leaves out count with their mirror images. */
function realFromHalf(x: Complex, width: number, scale: number): Sym {
  const half = x.re.shape.at(-1)!;
  const at = turns(width);
  const m = matrix(2 * half, width, (i, j) => {
    const k = i % half;
    const [cos, sin] = at(k * j);
    const weight = k === 0 || 2 * k === width ? scale : 2 * scale;
    return weight * (i < half ? cos : -sin);
  });
  return matmul(concat([x.re, x.im], -1), m);
}

function scaleOf(n: number, sign: -1 | 1, { norm = 'backward' }: FourierOptions): number {
  if (norm === 'ortho') return 1 / Math.sqrt(n);
  return (norm === 'backward') === (sign === 1) ? 1 / n : 1;
}

const isComplex = (x: Sym | Complex): x is Complex => 're' in x;

function check(op: string, x: Sym | Complex, rank: number): void {
  const { re, im } = isComplex(x) ? x : { re: x, im: x };
  if (re.shape.length < rank || re.dtype !== 'float32' || !sameShape(re.shape, im.shape))
    throw shapeError(
      op,
      `float32 tensors [..., ${rank === 1 ? 'n' : 'H, W'}], real and imaginary part of one shape`,
      `${describe(re)} and ${describe(im)}`,
      'The transform is along the last axes.',
    );
}

function transform(op: string, x: Sym | Complex, axes: readonly (-2 | -1)[], sign: -1 | 1, options: FourierOptions): Complex {
  check(op, x, axes.length);
  let y = x;
  for (const axis of axes) {
    const size = (isComplex(y) ? y.re : y).shape.at(axis)!;
    const pass: Pass = { axis, sign, scale: scaleOf(size, sign, options) };
    y = isComplex(y) ? transformAxis(y, pass) : transformReal(y, pass);
  }
  return y as Complex;
}

/** Along the last axis, real or complex. */
export function fft(x: Sym | Complex, options: FourierOptions = {}): Complex {
  return transform('fft', x, [-1], -1, options);
}
export function ifft(x: Sym | Complex, options: FourierOptions = {}): Complex {
  return transform('ifft', x, [-1], 1, options);
}

/** Over the last two axes, real or complex. */
export function fft2(x: Sym | Complex, options: FourierOptions = {}): Complex {
  return transform('fft2', x, [-1, -2], -1, options);
}
export function ifft2(x: Sym | Complex, options: FourierOptions = {}): Complex {
  return transform('ifft2', x, [-2, -1], 1, options);
}

/** Spectrum of a real x [..., H, W]; the columns 0..W/2, since the others mirror them: [..., H, floor(W / 2) + 1]. */
export function rfft2(x: Sym, options: FourierOptions = {}): Complex {
  check('rfft2', x, 2);
  const [height, width] = x.shape.slice(-2) as [number, number];
  const half = transformReal(x, { axis: -1, sign: -1, scale: scaleOf(width, -1, options) }, Math.floor(width / 2) + 1);
  return transformAxis(half, { axis: -2, sign: -1, scale: scaleOf(height, -1, options) });
}

/** Real [..., H, width] from half its spectrum [..., H, floor(width / 2) + 1]; an odd width must be said. */
export function irfft2(x: Complex, options: FourierOptions & { readonly width?: number } = {}): Sym {
  check('irfft2', x, 2);
  const [height, half] = x.re.shape.slice(-2) as [number, number];
  const width = options.width ?? 2 * (half - 1);
  if (Math.floor(width / 2) + 1 !== half)
    throw shapeError(
      'irfft2',
      `a width of ${2 * half - 2} or ${2 * half - 1} for half a spectrum ${describe(x.re)}`,
      String(width),
      'Give the width that rfft2 was given.',
    );
  const rows = transformAxis(x, { axis: -2, sign: 1, scale: scaleOf(height, 1, options) });
  return realFromHalf(rows, width, scaleOf(width, 1, options));
}

function shifted(x: Sym, axes: readonly number[], by: (n: number) => number): Sym {
  return axes.reduce((y, axis) => roll(y, by(y.shape[normalAxis('fftShift', axis, y.shape.length)]!), axis), x);
}

/** Frequency 0 to the middle of the given axes (default: the last two). */
export function fftShift(x: Sym, axes: readonly number[] = [-2, -1]): Sym {
  return shifted(x, axes, (n) => Math.floor(n / 2));
}

/** Undoes `fftShift`, also for odd sizes. */
export function ifftShift(x: Sym, axes: readonly number[] = [-2, -1]): Sym {
  return shifted(x, axes, (n) => -Math.floor(n / 2));
}

/** Circular convolution of real tensors over the last two axes; leading axes broadcast. */
export function circularConvolution(a: Sym, b: Sym): Sym {
  return irfft2(complexMul(rfft2(a), rfft2(b)), { width: a.shape.at(-1)! });
}

/** Circular correlation: at shift s the sum of a(t) b(t + s), over the last two axes; leading axes broadcast. */
export function circularCorrelation(a: Sym, b: Sym): Sym {
  return irfft2(complexMul(complexConj(rfft2(a)), rfft2(b)), { width: a.shape.at(-1)! });
}

/** Frequencies of a transform of size n, in cycles per sample: 0, 1/n, ..., then the negative ones. */
export function frequencies(n: number): Float64Array {
  return Float64Array.from({ length: n }, (_, k) => (k < n / 2 ? k : k - n) / n);
}

/**
 * Distance of each frequency of an [H, W] spectrum from 0, in cycles per pixel (0.5 at the axes' ends), row by row: to make
 * a filter of. `half`: the columns 0..W/2 of `rfft2` only; `centred`: ordered as after `fftShift`.
 */
export function radialFrequency(
  [height, width]: readonly [height: number, width: number],
  options: { readonly half?: boolean; readonly centred?: boolean } = {},
): Float64Array {
  const along = (n: number, centred: boolean): readonly number[] => {
    const all = [...frequencies(n)];
    const from = centred ? Math.ceil(n / 2) : 0;
    return [...all.slice(from), ...all.slice(0, from)];
  };
  const rows = along(height, options.centred === true);
  const columns = options.half === true ? along(width, false).slice(0, Math.floor(width / 2) + 1) : along(width, options.centred === true);
  return Float64Array.from(rows.flatMap((v) => columns.map((u) => Math.hypot(v, u))));
}
