import type { Emitter } from './emitter.ts';

/** Products over fewer rows than this, or of operands of like width, gain nothing. */
const ROWS = 512;
const RATIO = 3;

/**
 * a^T b for a [rows, k] and b [rows, m] of many rows, natively, with the narrower operand turned beforehand: then both are read
 * along their rows, where the product itself would walk down the columns of a. Undefined where that does not pay.
 */
export function overRows(
  e: Emitter,
  [a, b]: readonly [string, string],
  [rows, k]: readonly [number, number],
  m: number,
): string | undefined {
  if (e.target !== 'native' || rows < ROWS || Math.max(k, m) < RATIO * Math.min(k, m)) return undefined;
  return k < m ? e.node('Gemm', [turned(e, a, rows, k), b]) : turned(e, e.node('Gemm', [turned(e, b, rows, m), a]), m, k);
}

/** The transpose of x [rows, columns]. The axis in front keeps ONNX Runtime from putting it back into the product. */
function turned(e: Emitter, x: string, rows: number, columns: number): string {
  return e.reshape(e.transpose(e.reshape(x, [1, rows, columns]), [0, 2, 1]), [columns, rows]);
}
