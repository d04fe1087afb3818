import { attention } from '@verilens/nn';
import type { Graph } from './graph.ts';
import { backward, type Race } from './race.ts';

/** Attention of heads [batch, heads, tokens, width] and its gradients. */
export function attentions(part: number): Race[] {
  return [
    [32 / part, 4, 17, 16],
    [16 / part, 3, 65, 64],
    [8 / part, 3, 197, 64],
  ].map((shape) => ({
    op: 'attention, forward and backward',
    shape: shape.join('x'),
    inputs: { q: { shape }, k: { shape }, v: { shape }, dy: { shape } },
    used: 'fused products, row sums of dy y',
    ours: ({ q, k, v, dy }) => {
      const y = attention(q!, k!, v!);
      return [y, ...backward(y, dy!)];
    },
    others: {
      'fused products, row sums of p dp': (g) => written(g, shape[3]!, { fused: true, short: false }),
      'MatMul and Transpose, row sums of dy y': (g) => written(g, shape[3]!, { fused: false, short: true }),
    },
  }));
}

function written(g: Graph, width: number, { fused, short }: { fused: boolean; short: boolean }): string[] {
  const swap = (x: string): string => g.transpose(x, [0, 1, 3, 2]);
  const right = (a: string, b: string): string => (fused ? g.fused(a, b, { transB: true }) : g.node('MatMul', [a, swap(b)]));
  const left = (a: string, b: string): string => (fused ? g.fused(a, b, { transA: true }) : g.node('MatMul', [swap(a), b]));
  const scaled = (x: string): string => g.node('Mul', [x, g.scalar(1 / Math.sqrt(width))]);
  const p = g.node('Softmax', [scaled(right('q', 'k'))], { axis: 3 });
  const y = g.node('MatMul', [p, 'v']);
  const dp = right('dy', 'v');
  // ds = p (dp - sum over the row of p dp), and that sum is also dy y summed over the width
  const rows = g.sum(short ? g.node('Mul', ['dy', y]) : g.node('Mul', [p, dp]), [3], true);
  const ds = scaled(g.node('Mul', [p, g.node('Sub', [dp, rows])]));
  return [y, g.node('MatMul', [ds, 'k']), left(ds, 'q'), left(p, 'dy')];
}
