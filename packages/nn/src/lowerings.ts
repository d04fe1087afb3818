import type { AttrsOf, Op, SpecsOf } from './op-types.ts';
import type { Emitter } from './onnx/emitter.ts';
import { lowerBatchNorm, lowerBatchStatistic, lowerNormaliseChannels } from './onnx/batch-norm.ts';
import { lowerCumulativeSum, lowerGatherBatch, lowerScatterAdd, lowerScatterElements } from './onnx/along-axis.ts';
import { lowerConvolution, lowerInputGradient } from './onnx/convolution.ts';
import { poolAttributes } from './onnx/conv-attributes.ts';
import { elementwiseBlocked, mixBlocked, reluOfBlocked, reshapeBlocked } from './onnx/blocked-convolution.ts';
import { lowerMaxPool, lowerMaxPoolGradient, lowerMaxPoolSelect } from './onnx/max-pool.ts';
import { product } from './onnx/product.ts';
import { overRows } from './onnx/product-over-rows.ts';
import { lowerWeightGradient } from './onnx/weight-gradient.ts';
import { sizeOf } from './sym.ts';

/** What a lowering is told: the ONNX names and specs of its inputs, attributes, and the result's shape. */
export interface LoweringSite<O extends Op> {
  readonly names: readonly string[];
  readonly inputs: SpecsOf<O>;
  readonly attrs: AttrsOf<O>;
  readonly shape: readonly number[];
  /** For each input, whether nothing else reads it. */
  readonly alone: readonly boolean[];
}
/** Writes one op as ONNX nodes and gives the name of the result. */
export type Lowering<O extends Op> = (e: Emitter, site: LoweringSite<O>) => string;

const TYPE_NUMBER = { float32: 1, int32: 6, bool: 9 } as const;

const plain =
  <O extends Op>(op: string): Lowering<O> =>
  (e, { names }) =>
    e.node(op, names);

/** An elementwise op, done on blocked pictures where these are at hand. */
const pointwise =
  <O extends Op>(op: string): Lowering<O> =>
  (e, { names, inputs }) =>
    elementwiseBlocked(
      e,
      names,
      inputs.map(({ shape }) => shape),
      (_, given) => e.node(op, given),
    ) ?? e.node(op, names);

const reduce =
  (op: string): Lowering<'reduceSum' | 'reduceMean' | 'reduceMax'> =>
  (e, { names, attrs: { axes, keep } }) =>
    e.node(op, [names[0]!, e.ints(axes)], { keepdims: { int: keep ? 1 : 0 } });

/** WebGPU adapters allow few buffers per kernel: a split into more becomes slices, more are joined in rounds. */
const MAX_WEBGPU_PARTS = 7;

/**
 * How each op is written for each target. Choices that look odd come from measurements: ONNX Runtime's kernels differ
 * by large factors, and some WebGPU kernels are wrong for some shapes.
 */
export const lowerings: { readonly [O in Exclude<Op, 'input' | 'constant'>]: Lowering<O> } = {
  neg: plain('Neg'),
  exp: plain('Exp'),
  log: plain('Log'),
  sqrt: plain('Sqrt'),
  abs: plain('Abs'),
  // ONNX Runtime's WebGPU has no Sign, Or and LogSoftmax, and would compute them on the CPU
  sign: (e, { names: [x] }) =>
    e.target === 'webgpu'
      ? e.node('Sub', [asFloat(e, e.node('Greater', [x!, e.scalar(0)])), asFloat(e, e.node('Less', [x!, e.scalar(0)]))])
      : e.node('Sign', [x!]),
  erf: plain('Erf'),
  tanh: plain('Tanh'),
  sigmoid: plain('Sigmoid'),
  sin: plain('Sin'),
  cos: plain('Cos'),
  floor: plain('Floor'),
  reciprocal: plain('Reciprocal'),
  relu: (e, site) => (site.alone[0] === true ? reluOfBlocked(e, site.names[0]!) : undefined) ?? pointwise<'relu'>('Relu')(e, site),
  // x (0.5 (erf(x / sqrt 2) + 1)): the gradient shares all of it but the last product
  gelu: (e, { names: [x] }) => {
    const phi = e.node('Mul', [e.node('Add', [e.node('Erf', [e.node('Mul', [x!, e.scalar(Math.SQRT1_2)])]), e.scalar(1)]), e.scalar(0.5)]);
    return e.node('Mul', [x!, phi]);
  },
  silu: (e, { names: [x] }) => e.node('Mul', [x!, e.node('Sigmoid', [x!])]),
  // max(x, 0) + log(1 + exp(-|x|)): Softplus overflows on some devices
  softplus: (e, { names: [x] }) =>
    e.node('Add', [
      e.node('Relu', [x!]),
      e.node('Log', [e.node('Add', [e.node('Exp', [e.node('Neg', [e.node('Abs', [x!])])]), e.scalar(1)])]),
    ]),
  isPositive: (e, { names, inputs: [{ shape }] }) => elementwiseBlocked(e, names, [shape], writeIsPositive) ?? writeIsPositive(e, names),
  stopGradient: (_, { names: [x] }) => x!,
  clamp: (e, { names: [x], attrs: { low, high } }) => e.node('Clip', [x!, e.scalar(low), e.scalar(high)]),
  leakyRelu: (e, { names, attrs: { slope } }) => e.node('LeakyRelu', names, { alpha: { float: slope } }),
  withGradient: (_, { names: [value] }) => value!,
  cast: (e, { names, attrs: { to } }) => e.node('Cast', names, { to: { int: TYPE_NUMBER[to] } }),
  add: pointwise('Add'),
  sub: pointwise('Sub'),
  mul: pointwise('Mul'),
  div: plain('Div'),
  pow: plain('Pow'),
  maximum: plain('Max'),
  minimum: plain('Min'),
  equal: plain('Equal'),
  greater: plain('Greater'),
  less: plain('Less'),
  and: plain('And'),
  or: (e, { names: [a, b] }) =>
    e.target === 'webgpu' ? e.node('Not', [e.node('And', [e.node('Not', [a!]), e.node('Not', [b!])])]) : e.node('Or', [a!, b!]),
  not: plain('Not'),
  where: plain('Where'),
  reduceSum: (e, site) => {
    const { axes, keep } = site.attrs;
    const [{ shape }] = site.inputs;
    // a sum over the leading axes is a product with ones: 4x faster than ReduceSum on CPU and WASM
    const leading = axes.every((axis, i) => axis === i) && axes.length < shape.length;
    const rows = sizeOf(shape.slice(0, axes.length));
    const columns = sizeOf(shape.slice(axes.length));
    if (leading && e.target !== 'webgpu' && rows > 1 && columns > 1) {
      const total = e.node('MatMul', [e.tensor(new Float32Array(rows).fill(1), [1, rows]), e.reshape(site.names[0]!, [rows, columns])]);
      return e.reshape(total, keep ? [...axes.map(() => 1), ...shape.slice(axes.length)] : shape.slice(axes.length));
    }
    return reduce('ReduceSum')(e, site);
  },
  reduceMean: reduce('ReduceMean'),
  reduceMax: reduce('ReduceMax'),
  reshape: (e, { names: [x], attrs }) => reshapeBlocked(e, x!, attrs.shape),
  transpose: (e, { names: [x], attrs }) => e.transpose(x!, attrs.perm),
  expand: (e, { names: [x], attrs }) => e.node('Expand', [x!, e.ints(attrs.shape)]),
  concat: (e, { names, attrs }) => joined(e, names, attrs.axis),
  slice: (e, { names: [x], inputs: [{ shape }], attrs: { starts, ends, steps } }) => {
    const axes = shape.map((_, i) => i).filter((i) => starts[i] !== 0 || ends[i] !== shape[i] || steps[i] !== 1);
    const pick = (values: readonly number[]): string => e.ints(axes.map((i) => values[i]!));
    return e.node('Slice', [x!, pick(starts), pick(ends), e.ints(axes), pick(steps)]);
  },
  split: (e, { names: [x], attrs: { axis, sizes, index } }) => {
    if (e.target === 'webgpu' && sizes.length > MAX_WEBGPU_PARTS) {
      const start = sizes.slice(0, index).reduce((a, b) => a + b, 0);
      return e.node('Slice', [x!, e.ints([start]), e.ints([start + sizes[index]!]), e.ints([axis]), e.ints([1])]);
    }
    return e.nodeParts('Split', [x!, e.ints(sizes)], { axis: { int: axis } }, { outputs: sizes.length })[index]!;
  },
  pad: (e, { names: [x], attrs: { before, after, value } }) =>
    e.node('Pad', [x!, e.ints([...before, ...after]), e.scalar(value)], { mode: { text: 'constant' } }),
  flip: (e, { names: [x], attrs: { axis } }) => e.node('Slice', [x!, e.ints([-1]), e.ints([-(2 ** 31)]), e.ints([axis]), e.ints([-1])]),
  gather: (e, { names: [x, indices], attrs }) => e.node('Gather', [x!, indices!], { axis: { int: attrs.axis } }),
  scatterAdd: lowerScatterAdd,
  gatherElements: (e, { names: [x, indices], attrs }) => e.node('GatherElements', [x!, indices!], { axis: { int: attrs.axis } }),
  scatterElements: lowerScatterElements,
  gatherBatch: lowerGatherBatch,
  cumulativeSum: lowerCumulativeSum,
  // labels == 0..depth-1: int64-free, so it runs on every device
  oneHot: (e, { names: [labels], inputs: [at], attrs: { depth } }) => {
    const classes = e.tensor(
      Int32Array.from({ length: depth }, (_, i) => i),
      [depth],
    );
    return e.node('Cast', [e.node('Equal', [e.reshape(labels!, [...at.shape, 1]), classes])], { to: { int: TYPE_NUMBER.float32 } });
  },
  matmul: (e, { names, inputs: [a, b], attrs, shape }) => {
    const { transA, transB, alpha } = attrs;
    if (a.shape.length === 2 && b.shape.length === 3 && !transB) {
      const write = (x: string): string => product(e, [names[0]!, x], [2, 3], attrs);
      const mixed = mixBlocked(e, names[1]!, b.shape, shape[1]!, write);
      if (mixed !== undefined) return mixed;
    }
    const flat = a.shape.length === 2 && b.shape.length === 2;
    if (flat && transA && !transB && alpha === 1) {
      const turned = overRows(e, [names[0]!, names[1]!], a.shape as [number, number], shape[1]!);
      if (turned !== undefined) return turned;
    }
    return flat
      ? e.node('Gemm', names, { transA: { int: Number(transA) }, transB: { int: Number(transB) }, alpha: { float: alpha } })
      : product(e, [names[0]!, names[1]!], [a.shape.length, b.shape.length], attrs);
  },
  gemm: (e, { names, attrs: { transA, transB } }) =>
    e.node('Gemm', names, { transA: { int: Number(transA) }, transB: { int: Number(transB) } }),
  softmax: (e, { names, attrs: { axis } }) => e.node('Softmax', names, { axis: { int: axis } }),
  logSoftmax: (e, { names: [x], attrs: { axis } }) => {
    if (e.target !== 'webgpu') return e.node('LogSoftmax', [x!], { axis: { int: axis } });
    const keep = { keepdims: { int: 1 } };
    const centred = e.node('Sub', [x!, e.node('ReduceMax', [x!, e.ints([axis])], keep)]);
    return e.node('Sub', [centred, e.node('Log', [e.node('ReduceSum', [e.node('Exp', [centred]), e.ints([axis])], keep)])]);
  },
  layerNorm: (e, { names, attrs: { epsilon } }) => layerNormParts(e, names, epsilon).y,
  layerNormStatistic: (e, { names, attrs: { epsilon, which } }) => layerNormParts(e, names, epsilon)[which],
  batchNorm: lowerBatchNorm,
  batchStatistic: lowerBatchStatistic,
  normaliseChannels: lowerNormaliseChannels,
  attention: (e, { names: [q, k, v, mask], attrs: { scale } }) => {
    const raw = product(e, [q!, k!], [4, 4], { transA: false, transB: true, alpha: scale });
    const p = e.node('Softmax', [mask === undefined ? raw : e.node('Add', [raw, mask])], { axis: { int: 3 } });
    return product(e, [p, v!], [4, 4], { transA: false, transB: false, alpha: 1 });
  },
  conv2d: lowerConvolution,
  conv2dInputGradient: lowerInputGradient,
  conv2dWeightGradient: lowerWeightGradient,
  maxPool2d: lowerMaxPool,
  maxPool2dGradient: lowerMaxPoolGradient,
  maxPool2dSelect: lowerMaxPoolSelect,
  avgPool2d: (e, { names, attrs }) => e.node('AveragePool', names, { ...poolAttributes(attrs), count_include_pad: { int: 1 } }),
  upsampleNearest: (e, { names: [x], attrs: { scale } }) =>
    e.node('Resize', [x!, '', e.tensor(Float32Array.of(1, 1, ...scale), [4])], {
      mode: { text: 'nearest' },
      coordinate_transformation_mode: { text: 'asymmetric' },
      nearest_mode: { text: 'floor' },
    }),
};

/** 1 where x > 0, else 0. Natively in one pass over all threads: 3e38 x cut to 0..1, which is a fraction only for x below 3e-39. */
function writeIsPositive(e: Emitter, [x]: readonly string[]): string {
  if (e.target === 'native') return e.node('HardSigmoid', [x!], { alpha: { float: 3e38 }, beta: { float: 0 } });
  if (e.target === 'wasm') return e.node('Ceil', [e.node('Clip', [x!, e.scalar(0), e.scalar(1)])]);
  return asFloat(e, e.node('Greater', [x!, e.scalar(0)]));
}

function joined(e: Emitter, names: readonly string[], axis: number): string {
  if (e.target !== 'webgpu' || names.length <= MAX_WEBGPU_PARTS) return e.node('Concat', names, { axis: { int: axis } });
  const rounds = Array.from({ length: Math.ceil(names.length / MAX_WEBGPU_PARTS) }, (_, i) =>
    names.slice(i * MAX_WEBGPU_PARTS, (i + 1) * MAX_WEBGPU_PARTS),
  );
  return joined(
    e,
    rounds.map((some) => (some.length === 1 ? some[0]! : joined(e, some, axis))),
    axis,
  );
}

function asFloat(e: Emitter, x: string): string {
  return e.node('Cast', [x], { to: { int: TYPE_NUMBER.float32 } });
}

/** The op where it is fast (native) and on WebGPU; composed on WASM, where that is faster. */
function layerNormParts(e: Emitter, names: readonly string[], epsilon: number): { y: string; mean: string; inverseDeviation: string } {
  const [x, gamma, beta] = names as [string, string, string];
  if (e.target !== 'wasm') {
    const [y, mean, inverseDeviation] = e.nodeParts(
      'LayerNormalization',
      [x, gamma, beta],
      { axis: { int: -1 }, epsilon: { float: epsilon } },
      { outputs: 3 },
    );
    return { y: y!, mean: mean!, inverseDeviation: inverseDeviation! };
  }
  const average = (v: string): string => e.node('ReduceMean', [v, e.ints([-1])], { keepdims: { int: 1 } });
  const mean = average(x);
  const centred = e.node('Sub', [x, mean]);
  const deviation = e.node('Sqrt', [e.node('Add', [average(e.node('Mul', [centred, centred])), e.scalar(epsilon)])]);
  const inverseDeviation = e.node('Reciprocal', [deviation]);
  const xhat = e.node('Mul', [centred, inverseDeviation]);
  return { y: e.node('Add', [e.node('Mul', [xhat, gamma]), beta]), mean, inverseDeviation };
}
