import type { AttrsOf } from '../op-types.ts';
import type { Emitter } from './emitter.ts';

/**
 * alpha * a b over the last two axes. Natively and on WASM one fused node; ONNX Runtime has no such kernel for WebGPU
 * (it would hand the node to the CPU without a word), so there operands are transposed and the product is scaled.
 */
export function product(
  e: Emitter,
  [a, b]: readonly [string, string],
  [rankA, rankB]: readonly [number, number],
  { transA, transB, alpha }: AttrsOf<'matmul'>,
): string {
  if (!transA && !transB && alpha === 1) return e.node('MatMul', [a, b]);
  if (e.target === 'webgpu') {
    const whole = e.node('MatMul', [transA ? flipLast(e, a, rankA) : a, transB ? flipLast(e, b, rankB) : b]);
    return alpha === 1 ? whole : e.node('Mul', [whole, e.scalar(alpha)]);
  }
  return e.node(
    'FusedMatMul',
    [a, b],
    { transA: { int: Number(transA) }, transB: { int: Number(transB) }, alpha: { float: alpha } },
    { domain: 'com.microsoft' },
  );
}

function flipLast(e: Emitter, x: string, rank: number): string {
  return e.transpose(x, [...Array.from({ length: rank - 2 }, (_, i) => i), rank - 1, rank - 2]);
}
