import { VerilensError } from '@verilens/core';
import { planFft, runFft } from './fft-passes.ts';

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
   * @param to where the results go; new arrays otherwise
   */
  forward(a: ArrayLike<number>, b?: ArrayLike<number>, to?: readonly [Spectrum, Spectrum]): readonly [Spectrum, Spectrum];
  /** Inverse (divided by width * height) of one or two spectra; imaginary parts where there can be none are ignored. */
  inverse(a: Spectrum, b?: Spectrum, to?: readonly [Float64Array, Float64Array]): readonly [Float64Array, Float64Array];
}

/**
 * Plans transforms of `height` x `width` pictures. Fast when both are products of 2 and 3; another prime factor p
 * costs p operations an element.
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
  const zero = empty();

  return {
    width,
    height,
    columns,
    forward(a, b, to = [empty(), empty()]) {
      for (let i = 0; i < size; i++) re[i] = a[i]!;
      if (b === undefined) im.fill(0);
      else for (let i = 0; i < size; i++) im[i] = b[i]!;
      transform(1);
      // z = a + i b: A = (Z(u) + conj Z(-u)) / 2, B = (Z(u) - conj Z(-u)) / 2i
      const [{ re: firstRe, im: firstIm }, { re: secondRe, im: secondIm }] = to;
      for (let x = 0; x < columns; x++) {
        const mirrorX = x === 0 ? 0 : width - x;
        for (let y = 0, o = x; y < height; y++, o += columns) {
          const mirrorY = y === 0 ? 0 : height - y;
          const at = x * height + y;
          const mirror = mirrorX * height + mirrorY;
          firstRe[o] = 0.5 * (re[at]! + re[mirror]!);
          firstIm[o] = 0.5 * (im[at]! - im[mirror]!);
          secondRe[o] = 0.5 * (im[at]! + im[mirror]!);
          secondIm[o] = 0.5 * (re[mirror]! - re[at]!);
        }
      }
      return to;
    },
    inverse(a, b = zero, to = [new Float64Array(size), new Float64Array(size)]) {
      // Z = A + i B over the whole plane, the missing half by conjugate symmetry
      const [aRe, aIm, bRe, bIm] = [a.re, a.im, b.re, b.im];
      for (let y = 0; y < height; y++) {
        const row = y * width;
        const own = y * columns;
        const mirror = (y === 0 ? 0 : height - y) * columns + width;
        for (let x = 0; x < columns; x++) {
          re[row + x] = aRe[own + x]! - bIm[own + x]!;
          im[row + x] = aIm[own + x]! + bRe[own + x]!;
        }
        for (let x = columns; x < width; x++) {
          re[row + x] = aRe[mirror - x]! + bIm[mirror - x]!;
          im[row + x] = bRe[mirror - x]! - aIm[mirror - x]!;
        }
      }
      transform(-1);
      const [first, second] = to;
      const scale = 1 / size;
      for (let y = 0; y < height; y++) {
        for (let x = 0, o = y * width; x < width; x++, o++) {
          first[o] = re[x * height + y]! * scale;
          second[o] = im[x * height + y]! * scale;
        }
      }
      return to;
    },
  };
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
