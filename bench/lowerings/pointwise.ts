import { maxPool2d, relu } from '@verilens/nn';
import type { Attributes, Graph } from './graph.ts';
import { backward, size, type Race } from './race.ts';

/** ReLU and its gradient, from what came in. */
export function reluGradients(part: number): Race[] {
  const float = { to: 1 };
  return [[64 / part, 64, 16, 16] as const].map((shape) => ({
    op: 'ReLU, backward',
    shape: shape.join('x'),
    inputs: { x: { shape }, dy: { shape } },
    used: 'product with HardSigmoid natively, with Ceil(Clip) on WASM',
    ours: ({ x, dy }) => backward(relu(x!), dy!),
    others: {
      'Cast(Greater)': (g) => [g.node('Mul', ['dy', g.node('Cast', [g.node('Greater', [g.node('Relu', ['x']), g.scalar(0)])], float)])],
      'Ceil(Clip)': (g) => [g.node('Mul', ['dy', g.node('Ceil', [g.node('Clip', [g.node('Relu', ['x']), g.scalar(0), g.scalar(1)])])])],
      Sign: (g) => [g.node('Mul', ['dy', g.node('Sign', [g.node('Relu', ['x'])])])],
      Where: (g) => [g.node('Where', [g.node('Greater', [g.node('Relu', ['x']), g.scalar(0)]), 'dy', g.scalar(0)])],
    },
  }));
}

const WHOLE: Attributes = { kernel_shape: [2, 2], strides: [2, 2] };
const OVERLAPPING: Attributes = { kernel_shape: [3, 3], strides: [2, 2], pads: [1, 1, 1, 1] };
const TAPS: readonly number[] = [0, 1, 2, 3, 4, 5, 6, 7, 8];

/** Max-pooling and its gradient. */
export function maxPoolGradients(part: number): Race[] {
  const shape = [32 / part, 32, 32, 32] as const;
  const pooled = [32 / part, 32, 16, 16] as const;
  const inputs = { x: { shape }, dy: { shape: pooled } };
  return [
    {
      op: 'max-pooling 2x2, forward and backward',
      shape: shape.join('x'),
      inputs,
      used: 'compared with the largest, enlarged',
      ours: ({ x, dy }) => backward(maxPool2d(x!, { size: 2 }), dy!),
      others: {
        ScatterElements: (g) => [scattered(g, WHOLE, shape, pooled)],
        MaxUnpool: (g) => {
          const [, at] = g.nodeParts('MaxPool', ['x'], 2, WHOLE);
          return [g.node('MaxUnpool', ['dy', at!, g.ints(shape)], WHOLE)];
        },
      },
    },
    {
      op: 'max-pooling 3x3 with stride 2, forward and backward',
      shape: shape.join('x'),
      inputs,
      used: 'ScatterElements at the positions that MaxPool gives',
      ours: ({ x, dy }) => backward(maxPool2d(x!, { size: 3, stride: 2, padding: 1 }), dy!),
      others: { 'windows compared, ConvTranspose': (g) => [compared(g, shape, pooled)] },
    },
  ];
}

function scattered(g: Graph, pool: Attributes, shape: readonly number[], pooled: readonly number[]): string {
  const [, at] = g.nodeParts('MaxPool', ['x'], 2, pool);
  const blank = g.node('Expand', [g.scalar(0), g.ints([size(shape)])]);
  const flat = g.node('ScatterElements', [blank, g.reshape(at!, [size(pooled)]), g.reshape('dy', [size(pooled)])], {
    axis: 0,
    reduction: 'add',
  });
  return g.reshape(flat, shape);
}

/** One-hot kernels give the pixels of each window; those that equal its largest get dy, put back by the transposed convolution. */
function compared(g: Graph, shape: readonly number[], pooled: readonly number[]): string {
  const planes = shape[0]! * shape[1]!;
  const kernel = g.floats(
    TAPS.flatMap((row) => TAPS.map((column) => Number(row === column))),
    [9, 1, 3, 3],
  );
  const padded = g.node('Pad', [g.reshape('x', [planes, 1, shape[2]!, shape[3]!]), g.ints([0, 0, 1, 1, 0, 0, 1, 1]), g.scalar(-1e30)], {
    mode: 'constant',
  });
  const columns = g.node('Conv', [padded, kernel], { kernel_shape: [3, 3], strides: [2, 2] });
  const spread = [planes, 1, pooled[2]!, pooled[3]!];
  const hit = g.node('Equal', [columns, g.reshape(g.node('MaxPool', ['x'], OVERLAPPING), spread)]);
  const placed = g.node('Mul', [g.node('Cast', [hit], { to: 1 }), g.reshape('dy', spread)]);
  return g.reshape(g.node('ConvTranspose', [placed, kernel], { ...OVERLAPPING, output_padding: [1, 1] }), shape);
}
