import { describe, shapeError, type Sym } from '../sym.ts';
import { avgPool2d, conv2d } from './convolution.ts';
import { maxPool2d } from './max-pool.ts';
import { reshape } from './shape.ts';
import { convTranspose2d } from './transposed-convolution.ts';

/** Sequences [N, C, L] are pictures of height 1 to every kernel, so these ops are the two-dimensional ones on them. */

export interface Conv1dOptions {
  readonly stride?: number;
  /** On both sides, or [left, right]. Default 0. */
  readonly padding?: number | readonly [number, number];
  readonly dilation?: number;
  readonly groups?: number;
}
export interface ConvTranspose1dOptions extends Conv1dOptions {
  /** Elements more at the end, below the stride. Default 0. */
  readonly outputPadding?: number;
}
export interface Pool1dOptions {
  readonly size: number;
  /** Defaults to `size`. */
  readonly stride?: number;
  /** On both sides, or [left, right]. Default 0. */
  readonly padding?: number | readonly [number, number];
}

function asPicture(op: string, x: Sym): Sym {
  const [n, c, length] = x.shape;
  if (x.shape.length !== 3 || x.dtype !== 'float32')
    throw shapeError(op, 'float32 [N, C, L]', describe(x), 'Transpose or reshape to channels first.');
  return reshape(x, [n!, c!, 1, length!]);
}

function asSequence(y: Sym): Sym {
  return reshape(y, [y.shape[0]!, y.shape[1]!, y.shape[3]!]);
}

function kernel(op: string, w: Sym): Sym {
  const [o, c, size] = w.shape;
  if (w.shape.length !== 3)
    throw shapeError(op, 'weights of rank 3 whose last axis is the kernel', describe(w), 'See the doc comment of the op.');
  return reshape(w, [o!, c!, 1, size!]);
}

function flatSides(padding: number | readonly [number, number] = 0): readonly [number, number, number, number] {
  const [left, right] = typeof padding === 'number' ? [padding, padding] : padding;
  return [0, left, 0, right];
}

function across(options: Conv1dOptions): { stride: [number, number]; dilation: [number, number]; groups: number } {
  return { stride: [1, options.stride ?? 1], dilation: [1, options.dilation ?? 1], groups: options.groups ?? 1 };
}

/** x [N, C, L] with w [out, C / groups, k] and b [out] -> [N, out, l]. */
export function conv1d(x: Sym, w: Sym, b?: Sym, options: Conv1dOptions = {}): Sym {
  return asSequence(conv2d(asPicture('conv1d', x), kernel('conv1d', w), b, { ...across(options), padding: flatSides(options.padding) }));
}

/** x [N, C, L] with w [C, out / groups, k] and b [out] -> [N, out, (L - 1) stride - padding + dilation (k - 1) + outputPadding + 1]. */
export function convTranspose1d(x: Sym, w: Sym, b?: Sym, options: ConvTranspose1dOptions = {}): Sym {
  return asSequence(
    convTranspose2d(asPicture('convTranspose1d', x), kernel('convTranspose1d', w), b, {
      ...across(options),
      padding: flatSides(options.padding),
      outputPadding: [0, options.outputPadding ?? 0],
    }),
  );
}

function window(options: Pool1dOptions): { size: [number, number]; stride: [number, number]; padding: ReturnType<typeof flatSides> } {
  return { size: [1, options.size], stride: [1, options.stride ?? options.size], padding: flatSides(options.padding) };
}

/** x [N, C, L]: the largest element of each window. */
export function maxPool1d(x: Sym, options: Pool1dOptions): Sym {
  return asSequence(maxPool2d(asPicture('maxPool1d', x), window(options)));
}

/** x [N, C, L]: the mean of each window; padded zeros count. */
export function avgPool1d(x: Sym, options: Pool1dOptions): Sym {
  return asSequence(avgPool2d(asPicture('avgPool1d', x), window(options)));
}
