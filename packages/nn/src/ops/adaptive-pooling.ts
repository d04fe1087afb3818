import { describe, shapeError, type Sym } from '../sym.ts';
import { avgPool2d, checkImage, pair } from './convolution.ts';
import { gather } from './indexing.ts';
import { matmul } from './linear-algebra.ts';
import { maxPool2d } from './max-pool.ts';
import { max, mean } from './reduce.ts';
import { constant } from './source.ts';

type Size = number | readonly [number, number];

/** First and one past the last element of window i of `count` over `size` elements; windows overlap where `count` does not divide `size`. */
function window(i: number, count: number, size: number): readonly [number, number] {
  return [Math.floor((i * size) / count), Math.ceil(((i + 1) * size) / count)];
}

function checkSize(op: string, x: Sym, size: Size): readonly [number, number] {
  checkImage(op, x);
  const wanted = pair(size);
  if (!wanted.every((n, i) => Number.isInteger(n) && n >= 1 && n <= x.shape[i + 2]!))
    throw shapeError(op, `a size of 1x1 to ${x.shape[2]}x${x.shape[3]}`, wanted.join('x'), 'Resize to make a picture larger.');
  return wanted;
}

/** The window that tiles x [N, C, H, W] into the wanted size, if one does. */
function tile(x: Sym, [h, w]: readonly [number, number]): readonly [number, number] | undefined {
  const [height, width] = [x.shape[2]!, x.shape[3]!];
  return height % h === 0 && width % w === 0 ? [height / h, width / w] : undefined;
}

/** [N, C, H, W] -> [N, C, h, w], each the mean of its share of the picture (PyTorch's windows). */
export function adaptiveAvgPool2d(x: Sym, size: Size): Sym {
  const wanted = checkSize('adaptiveAvgPool2d', x, size);
  const [h, w] = wanted;
  if (h === 1 && w === 1) return mean(x, [2, 3], { keep: true });
  const whole = tile(x, wanted);
  if (whole !== undefined) return avgPool2d(x, { size: whole });
  // means of rows and of columns are products with constant matrices
  return matmul(averages(h, x.shape[2]!), matmul(x, averages(w, x.shape[3]!), { transB: true }));
}

/** [count, size]: row i holds the weights of window i. */
function averages(count: number, size: number): Sym {
  const data = new Float32Array(count * size);
  for (let i = 0; i < count; i++) {
    const [from, to] = window(i, count, size);
    data.fill(1 / (to - from), i * size + from, i * size + to);
  }
  return constant(data, [count, size]);
}

/**
 * [N, C, H, W] -> [N, C, h, w], each the largest element of its share of the picture (PyTorch's windows). Tied elements share the
 * gradient (PyTorch gives it to one of them); where the windows tile the picture it is `maxPool2d`.
 */
export function adaptiveMaxPool2d(x: Sym, size: Size): Sym {
  const wanted = checkSize('adaptiveMaxPool2d', x, size);
  const whole = tile(x, wanted);
  return whole === undefined ? largest(largest(x, 2, wanted[0]), 3, wanted[1]) : maxPool2d(x, { size: whole });
}

/** The largest element of each of `count` windows along one axis; shorter windows repeat their last element. */
function largest(x: Sym, axis: number, count: number): Sym {
  const size = x.shape[axis]!;
  if (count === size) return x;
  const windows = Array.from({ length: count }, (_, i) => window(i, count, size));
  const width = Math.max(...windows.map(([from, to]) => to - from));
  const indices = Int32Array.from(windows.flatMap(([from, to]) => Array.from({ length: width }, (_, i) => Math.min(from + i, to - 1))));
  return max(gather(x, constant(indices, [count, width]), axis), axis + 1);
}

function positions(op: string, x: Sym): number[] {
  if (x.shape.length < 3 || x.dtype !== 'float32')
    throw shapeError(op, 'float32 [N, C, ...] with at least one more axis', describe(x), 'Axis 1 holds the channels.');
  return x.shape.map((_, i) => i).slice(2);
}

/** [N, C, ...] -> [N, C]: the mean over all positions of a sequence, picture or volume. */
export function globalAveragePool(x: Sym): Sym {
  return mean(x, positions('globalAveragePool', x));
}

/** [N, C, ...] -> [N, C]: the largest element over all positions; tied ones share the gradient. */
export function globalMaxPool(x: Sym): Sym {
  return max(x, positions('globalMaxPool', x));
}
