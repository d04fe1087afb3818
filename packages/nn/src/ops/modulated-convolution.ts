import { describe, sameShape, shapeError, type Sym } from '../sym.ts';
import { conv2d, sides, type Conv2dOptions } from './convolution.ts';
import { add, mul, reciprocal, sqrt, square } from './elementwise.ts';
import { matmul } from './linear-algebra.ts';
import { sum } from './reduce.ts';
import { reshape, transpose } from './shape.ts';
import { constant } from './source.ts';
import { convTranspose2d } from './transposed-convolution.ts';

/** Taps of the low-pass filter that StyleGAN2 resamples with. */
const BINOMIAL: readonly number[] = [1, 3, 3, 1];

function checkPicture(op: string, x: Sym): readonly [number, number, number, number] {
  if (x.shape.length !== 4 || x.dtype !== 'float32')
    throw shapeError(op, 'float32 [N, C, H, W]', describe(x), 'Transpose or reshape to channels first.');
  return x.shape as unknown as readonly [number, number, number, number];
}

/** For each channel the outer product of the taps with itself, summing to `gain`: [channels, 1, k, k]. */
function filter(taps: readonly number[], gain: number, channels: number): Sym {
  const total = taps.reduce((a, b) => a + b, 0) ** 2;
  const kernel = taps.flatMap((a) => taps.map((b) => (gain * a * b) / total));
  const data = Float32Array.from({ length: channels * kernel.length }, (_, i) => kernel[i % kernel.length]!);
  return constant(data, [channels, 1, taps.length, taps.length]);
}

/** Every channel of x [N, C, H, W] filtered by symmetric taps in both directions; the weights sum to `gain` (default 1). */
export function blur2d(
  x: Sym,
  taps: readonly number[] = BINOMIAL,
  options: { readonly padding?: Conv2dOptions['padding']; readonly gain?: number } = {},
): Sym {
  const [, c] = checkPicture('blur2d', x);
  return conv2d(x, filter(taps, options.gain ?? 1, c), undefined, { padding: sides(options.padding), groups: c });
}

/** [N, C, H, W] -> [N, C, 2 H, 2 W]: zeros between the pixels, then the low-pass filter (StyleGAN2's skip path). */
export function upsampleBlurred(x: Sym, taps: readonly number[] = BINOMIAL): Sym {
  const [, c] = checkPicture('upsampleBlurred', x);
  const crop = taps.length - 2;
  const before = Math.floor(crop / 2);
  return convTranspose2d(x, filter(taps, 4, c), undefined, {
    stride: 2,
    padding: [before, before, crop - before, crop - before],
    groups: c,
  });
}

export interface ModulatedConv2dOptions {
  /** Scale every output channel of every sample back to unit weights. Default true */
  readonly demodulate?: boolean;
  /** `up` doubles height and width, `down` halves them, both with the low-pass filter. */
  readonly resample?: 'up' | 'down';
  /** Taps of that filter. Default 1, 3, 3, 1 */
  readonly taps?: readonly number[];
  /** Inside the root of the demodulation. Default 1e-8 */
  readonly epsilon?: number;
}

/**
 * Karras et al. 2020 (StyleGAN2): x [N, C, H, W] convolved with w [out, C, k, k] (k odd, padding (k - 1) / 2) whose input channels
 * are scaled by style [N, C] for each sample, and whose outputs are demodulated. The scaling is applied to x and to the result
 * instead of to N copies of w, which is the same function. Scale w (equalised learning rate) before.
 */
export function modulatedConv2d(x: Sym, w: Sym, style: Sym, options: ModulatedConv2dOptions = {}): Sym {
  const { demodulate = true, resample, taps = BINOMIAL, epsilon = 1e-8 } = options;
  const [n, c] = checkPicture('modulatedConv2d', x);
  const [outputs, channels, k, k2] = w.shape;
  if (w.shape.length !== 4 || channels !== c || k !== k2 || k! % 2 === 0 || !sameShape(style.shape, [n, c])) {
    throw shapeError(
      'modulatedConv2d',
      `weights [out, ${c}, k, k], k odd, and a style [${n}, ${c}] for x ${describe(x)}`,
      `${describe(w)} and ${describe(style)}`,
      'The style has one number per sample and input channel.',
    );
  }
  const y = resampled(mul(x, reshape(style, [n, c, 1, 1])), w, resample, taps);
  if (!demodulate) return y;
  // |w style| of every output: sum over channels of style^2 times the kernel's sum of squares
  const power = matmul(square(style), sum(square(w), [2, 3]), { transB: true });
  return mul(y, reshape(reciprocal(sqrt(add(power, epsilon))), [n, outputs!, 1, 1]));
}

/** The convolution itself, with the paddings of the authors' filters before or after it. */
function resampled(x: Sym, w: Sym, resample: 'up' | 'down' | undefined, taps: readonly number[]): Sym {
  const k = w.shape[2]!;
  if (resample === undefined) return conv2d(x, w, undefined, { padding: (k - 1) / 2 });
  if (resample === 'down') {
    const p = taps.length - 2 + (k - 1);
    const [before, after] = [Math.floor((p + 1) / 2), Math.floor(p / 2)];
    return conv2d(blur2d(x, taps, { padding: [before, before, after, after] }), w, undefined, { stride: 2 });
  }
  const p = taps.length - 2 - (k - 1);
  const [before, after] = [Math.floor((p + 1) / 2) + 1, Math.floor(p / 2) + 1];
  const wide = convTranspose2d(x, transpose(w, [1, 0, 2, 3]), undefined, { stride: 2 });
  if (before < 0 || after < 0)
    throw shapeError(
      'modulatedConv2d',
      `at least ${k - 2} taps for a kernel of ${k} at twice the size`,
      String(taps.length),
      'Use a longer filter.',
    );
  return blur2d(wide, taps, { padding: [before, before, after, after], gain: 4 });
}
