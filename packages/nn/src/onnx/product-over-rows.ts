import type { Family } from '../target.ts';
import type { Emitter } from './emitter.ts';

/** Products over fewer rows than this gain nothing. */
const ROWS = 512;

/** Natively small products of like width stay as they are: they would gain least, and round in another order. */
function pays(target: Family, rows: number, narrow: number, wide: number): boolean {
  if (target === 'webgpu' || rows < ROWS) return false;
  return target === 'wasm' || wide >= 3 * narrow || narrow >= 128;
}

/**
 * a^T b for a [rows, k] and b [rows, m] of many rows with the narrower operand turned beforehand: then both are read
 * along their rows, where the product itself would walk down the columns of a. Undefined where that does not pay.
 */
export function overRows(
  e: Emitter,
  [a, b]: readonly [string, string],
  [rows, k]: readonly [number, number],
  m: number,
): string | undefined {
  if (!pays(e.target, rows, Math.min(k, m), Math.max(k, m))) return undefined;
  return k <= m ? e.node('Gemm', [turned(e, a, rows, k), b]) : turned(e, e.node('Gemm', [turned(e, b, rows, m), a]), m, k);
}

/** The transpose of x [rows, columns]. The axis in front keeps ONNX Runtime from putting it back into the product. */
function turned(e: Emitter, x: string, rows: number, columns: number): string {
  return e.reshape(e.transpose(e.reshape(x, [1, rows, columns]), [0, 2, 1]), [columns, rows]);
}
