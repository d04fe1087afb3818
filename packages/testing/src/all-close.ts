import type { Tensor } from '@verilens/core';

export interface CloseOptions {
  /** Absolute difference allowed. Default 1e-5. */
  readonly atol?: number;
  /** Difference allowed as a share of the expected value. Default 1e-5. */
  readonly rtol?: number;
  /** What is compared, for the message. */
  readonly what?: string;
}

type Numbers = ArrayLike<number | bigint> | Tensor;

/**
 * Throws unless |actual - expected| <= atol + rtol * |expected| everywhere. NaN equals nothing, Inf only itself.
 * Two tensors must agree in type and shape too. The message names the worst place and how many are off.
 */
export function expectAllClose(actual: Numbers, expected: Numbers, options: CloseOptions = {}): void {
  const { atol = 1e-5, rtol = 1e-5, what = 'values' } = options;
  if (isTensor(actual) && isTensor(expected)) {
    const [got, want] = [actual, expected].map((tensor) => `${tensor.type}[${tensor.dims.join(', ')}]`);
    if (got !== want) throw new Error(`${what}: got ${got}, expected ${want}`);
  }
  const [got, want] = [dataOf(actual), dataOf(expected)];
  if (got.length !== want.length) throw new Error(`${what}: got ${got.length} numbers, expected ${want.length}`);
  let off = 0;
  let worst = { index: -1, difference: -1 };
  for (let index = 0; index < want.length; index++) {
    const [a, b] = [Number(got[index]), Number(want[index])];
    if (a === b) continue;
    const difference = Math.abs(a - b);
    const excess = Number.isFinite(difference) ? difference : Infinity;
    if (Number.isFinite(excess) && excess <= atol + rtol * Math.abs(b)) continue;
    off++;
    if (excess > worst.difference) worst = { index, difference: excess };
  }
  if (off === 0) return;
  const { index, difference } = worst;
  throw new Error(
    `${what}: ${off} of ${want.length} are off; worst at ${index}: got ${String(got[index])}, expected ${String(want[index])}, difference ${difference}`,
  );
}

/** Largest absolute difference; Infinity where one of the two is NaN. */
export function largestDifference(a: ArrayLike<number>, b: ArrayLike<number>): number {
  if (a.length !== b.length) return Infinity;
  let largest = 0;
  for (let index = 0; index < a.length; index++) {
    if (a[index] === b[index]) continue;
    const difference = Math.abs(a[index]! - b[index]!);
    largest = Math.max(largest, Number.isNaN(difference) ? Infinity : difference);
  }
  return largest;
}

function isTensor(value: Numbers): value is Tensor {
  return 'dims' in value;
}

function dataOf(value: Numbers): ArrayLike<number | bigint> {
  return isTensor(value) ? (value.data as unknown as ArrayLike<number | bigint>) : value;
}
