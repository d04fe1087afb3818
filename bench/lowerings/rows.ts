import { dense, input, layerNorm, scatterAdd, sum } from '@verilens/nn';
import type { Graph } from './graph.ts';
import { backward, type Race } from './race.ts';

const onesProduct = (g: Graph, x: string, rows: number): string =>
  g.node('MatMul', [g.floats(new Array<number>(rows).fill(1), [1, rows]), x]);

/** Sums of what flows back into a bias. */
export function biasGradients(part: number): Race[] {
  const rows = [
    [544 / part, 256],
    [1040 / part, 768],
  ] as const;
  const pictures = [64 / part, 64, 16, 16] as const;
  const [n, c, pixels] = [64 / part, 64, 256];
  return [
    ...rows.map(([count, width]): Race => ({
      op: 'bias gradient of rows',
      shape: `${count}x${width}`,
      inputs: { dy: { shape: [count, width] } },
      used: 'product with ones',
      ours: ({ dy }) => [sum(dy!, [0])],
      others: { ReduceSum: (g) => [g.sum('dy', [0])] },
    })),
    {
      op: 'bias gradient of pictures',
      shape: pictures.join('x'),
      inputs: { dy: { shape: pictures } },
      used: 'ReduceSum',
      ours: ({ dy }) => [sum(dy!, [0, 2, 3])],
      others: {
        'products with ones': (g) => {
          const each = g.node('MatMul', [g.reshape('dy', [n * c, pixels]), g.floats(new Array<number>(pixels).fill(1), [pixels, 1])]);
          return [g.reshape(onesProduct(g, g.reshape(each, [n, c]), n), [c])];
        },
      },
    },
  ];
}

/** Layer normalisation and its gradients towards x, gamma and beta. */
export function layerNorms(part: number): Race[] {
  return [
    [544 / part, 64],
    [1040 / part, 192],
  ].map(([rows, width]) => ({
    op: 'layer normalisation, forward and backward',
    shape: `${rows}x${width}`,
    inputs: { x: { shape: [rows!, width!] }, gamma: { shape: [width!] }, beta: { shape: [width!] }, dy: { shape: [rows!, width!] } },
    used: 'LayerNormalization natively, composed on WASM',
    ours: ({ x, gamma, beta, dy }) => {
      const y = layerNorm(x!, gamma!, beta!);
      return [y, ...backward(y, dy!)];
    },
    others: { LayerNormalization: (g) => normalised(g, rows!, width!, true), composed: (g) => normalised(g, rows!, width!, false) },
  }));
}

function normalised(g: Graph, rows: number, width: number, whole: boolean): string[] {
  const average = (x: string): string => g.node('ReduceMean', [x, g.ints([1])], { keepdims: 1 });
  const statistics = (): readonly [string, string | undefined, string] => {
    if (whole) {
      const [y, mean, inverse] = g.nodeParts('LayerNormalization', ['x', 'gamma', 'beta'], 3, { axis: 1 });
      return [g.node('Sub', ['x', mean!]), y!, inverse!];
    }
    const centred = g.node('Sub', ['x', average('x')]);
    const variance = average(g.node('Mul', [centred, centred]));
    return [centred, undefined, g.node('Reciprocal', [g.node('Sqrt', [g.node('Add', [variance, g.scalar(1e-5)])])])];
  };
  const [centred, y, inverse] = statistics();
  const xhat = g.node('Mul', [centred, inverse]);
  const flow = g.node('Mul', ['dy', 'gamma']);
  // dx = inverse (flow - mean(flow) - xhat mean(flow xhat))
  const along = g.node('Mul', [xhat, average(g.node('Mul', [flow, xhat]))]);
  const dx = g.node('Mul', [inverse, g.node('Sub', [g.node('Sub', [flow, average(flow)]), along])]);
  const dgamma = g.reshape(onesProduct(g, g.node('Mul', ['dy', xhat]), rows), [width]);
  return [y ?? g.node('Add', [g.node('Mul', [xhat, 'gamma']), 'beta']), dx, dgamma, g.reshape(onesProduct(g, 'dy', rows), [width])];
}

/** What flows back into a table of embeddings. */
export function embeddingGradients(part: number): Race[] {
  const [count, words, width] = [2048 / part, 1000, 64];
  return [
    {
      op: 'embedding gradient',
      shape: `${count} of ${words}, width ${width}`,
      inputs: { at: { shape: [count], below: words }, dy: { shape: [count, width] } },
      used: 'ScatterND that adds',
      ours: ({ at, dy }) => [scatterAdd(at!, dy!, words)],
      others: {
        ScatterElements: (g) => {
          const blank = g.node('Expand', [g.scalar(0), g.ints([words, width])]);
          const places = g.node('Expand', [g.reshape('at', [count, 1]), g.ints([count, width])]);
          return [g.node('ScatterElements', [blank, places, 'dy'], { axis: 0, reduction: 'add' })];
        },
        'product with one-hot rows': (g) => {
          const classes = g.labels(Array.from({ length: words }, (_, i) => i));
          const hot = g.node('Cast', [g.node('Equal', [g.reshape('at', [count, 1]), classes])], { to: 1 });
          return [g.node('Gemm', [hot, 'dy'], { transA: 1 })];
        },
      },
    },
  ];
}

/** What flows back into the weights [in, out] of a linear layer. */
export function linearGradients(part: number): Race[] {
  return [
    [544 / part, 64, 256],
    [1040 / part, 192, 768],
    [1040 / part, 768, 192],
  ].map(([rows, inner, outer]) => ({
    op: 'linear layer, towards weights',
    shape: `${rows}x${inner} -> ${outer}`,
    inputs: { x: { shape: [rows!, inner!] }, dy: { shape: [rows!, outer!] } },
    used: 'the narrower operand turned, then Gemm',
    ours: ({ x, dy }) => [backward(dense(x!, input('unused', { shape: [inner!, outer!], dtype: 'float32' })), dy!)[1]!],
    others: {
      'Gemm, x turned inside': (g) => [g.node('Gemm', ['x', 'dy'], { transA: 1 })],
      'Gemm, dy turned inside, then Transpose': (g) => [g.transpose(g.node('Gemm', ['dy', 'x'], { transA: 1 }), [1, 0])],
      // ONNX Runtime puts the transpose back into the product
      'Transpose, then MatMul': (g) => [g.node('MatMul', [g.transpose('x', [1, 0]), 'dy'])],
    },
  }));
}
