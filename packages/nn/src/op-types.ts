import type { Spec, Sym } from './sym.ts';

/** Element types of symbolic tensors. */
export type DType = 'float32' | 'int32' | 'bool';
export type Data = Float32Array | Int32Array | Uint8Array;

interface OpType<I extends readonly Sym[], A = object> {
  inputs: I;
  attrs: A;
}
type Unary<A = object> = OpType<readonly [x: Sym], A>;
type Binary<A = object> = OpType<readonly [a: Sym, b: Sym], A>;
type Pair = readonly [number, number];

/** How a two-dimensional window moves: padding is [top, left, bottom, right]. */
export interface Window {
  readonly size: Pair;
  readonly stride: Pair;
  readonly padding: readonly [number, number, number, number];
}
export interface Convolution extends Window {
  readonly dilation: Pair;
  readonly groups: number;
}

/** Every primitive op: what it takes and its attributes. The rule table and the lowering table are typed over this. */
export interface Ops {
  // sources
  input: OpType<readonly [], { readonly name: string; readonly role: 'input' | 'parameter' | 'state' | 'scalar' | 'draw' }>;
  constant: OpType<readonly [], { readonly data: Data }>;
  // elementwise
  neg: Unary;
  exp: Unary;
  log: Unary;
  sqrt: Unary;
  abs: Unary;
  sign: Unary;
  erf: Unary;
  tanh: Unary;
  sigmoid: Unary;
  sin: Unary;
  cos: Unary;
  floor: Unary;
  reciprocal: Unary;
  relu: Unary;
  gelu: Unary;
  silu: Unary;
  softplus: Unary;
  isPositive: Unary;
  stopGradient: Unary;
  clamp: Unary<{ readonly low: number; readonly high: number }>;
  leakyRelu: Unary<{ readonly slope: number }>;
  /** A value made elsewhere, with a gradient rule of its own towards the other inputs. */
  withGradient: OpType<readonly Sym[], { readonly backward: (dy: Sym, y: Sym) => readonly (Sym | null)[] }>;
  cast: Unary<{ readonly to: DType }>;
  add: Binary;
  sub: Binary;
  mul: Binary;
  div: Binary;
  pow: Binary;
  maximum: Binary;
  minimum: Binary;
  equal: Binary;
  greater: Binary;
  less: Binary;
  and: Binary;
  or: Binary;
  not: Unary;
  where: OpType<readonly [condition: Sym, a: Sym, b: Sym]>;
  // reductions
  reduceSum: Unary<{ readonly axes: readonly number[]; readonly keep: boolean }>;
  reduceMean: Unary<{ readonly axes: readonly number[]; readonly keep: boolean }>;
  reduceMax: Unary<{ readonly axes: readonly number[]; readonly keep: boolean }>;
  // shape
  reshape: Unary<{ readonly shape: readonly number[] }>;
  transpose: Unary<{ readonly perm: readonly number[] }>;
  expand: Unary<{ readonly shape: readonly number[] }>;
  concat: OpType<readonly Sym[], { readonly axis: number }>;
  slice: Unary<{ readonly starts: readonly number[]; readonly ends: readonly number[]; readonly steps: readonly number[] }>;
  split: Unary<{ readonly axis: number; readonly sizes: readonly number[]; readonly index: number }>;
  pad: Unary<{ readonly before: readonly number[]; readonly after: readonly number[]; readonly value: number }>;
  flip: Unary<{ readonly axis: number }>;
  // indexing
  gather: OpType<readonly [x: Sym, indices: Sym], { readonly axis: number }>;
  scatterAdd: OpType<readonly [indices: Sym, updates: Sym], { readonly size: number }>;
  oneHot: Unary<{ readonly depth: number }>;
  // indices along an axis (ops/along-axis.ts)
  gatherElements: OpType<readonly [x: Sym, indices: Sym], { readonly axis: number }>;
  scatterElements: OpType<readonly [indices: Sym, updates: Sym], { readonly axis: number; readonly shape: readonly number[] }>;
  gatherBatch: OpType<readonly [x: Sym, indices: Sym], { readonly batchAxes: number }>;
  cumulativeSum: Unary<{ readonly axis: number; readonly reverse: boolean }>;
  // linear algebra
  matmul: Binary<{ readonly transA: boolean; readonly transB: boolean; readonly alpha: number }>;
  gemm: OpType<readonly [a: Sym, b: Sym, c: Sym], { readonly transA: boolean; readonly transB: boolean }>;
  // normalisation and attention
  softmax: Unary<{ readonly axis: number }>;
  logSoftmax: Unary<{ readonly axis: number }>;
  layerNorm: OpType<readonly [x: Sym, gamma: Sym, beta: Sym], { readonly epsilon: number }>;
  layerNormStatistic: OpType<
    readonly [x: Sym, gamma: Sym, beta: Sym],
    { readonly epsilon: number; readonly which: 'mean' | 'inverseDeviation' }
  >;
  batchNorm: OpType<readonly [x: Sym, gamma: Sym, beta: Sym], { readonly epsilon: number; readonly twoPass: boolean }>;
  batchStatistic: Unary<{ readonly which: 'mean' | 'variance'; readonly twoPass: boolean }>;
  normaliseChannels: OpType<readonly [x: Sym, gamma: Sym, beta: Sym, mean: Sym, variance: Sym], { readonly epsilon: number }>;
  attention: OpType<readonly [q: Sym, k: Sym, v: Sym] | readonly [q: Sym, k: Sym, v: Sym, mask: Sym], { readonly scale: number }>;
  // convolution and pooling
  conv2d: OpType<readonly [x: Sym, w: Sym] | readonly [x: Sym, w: Sym, b: Sym], Convolution>;
  conv2dInputGradient: OpType<readonly [dy: Sym, w: Sym], Convolution & { readonly height: number; readonly width: number }>;
  conv2dWeightGradient: OpType<readonly [x: Sym, dy: Sym], Convolution>;
  maxPool2d: Unary<Window>;
  maxPool2dGradient: OpType<readonly [x: Sym, dy: Sym], Window>;
  maxPool2dSelect: OpType<readonly [x: Sym, g: Sym], Window>;
  avgPool2d: Unary<Window>;
  upsampleNearest: Unary<{ readonly scale: Pair }>;
}

export type Op = keyof Ops;
export type InputsOf<O extends Op> = Ops[O]['inputs'];
/** The specs of an op's inputs, place by place. */
export type SpecsOf<O extends Op> = SpecTuple<InputsOf<O>>;
type SpecTuple<I extends readonly unknown[]> = { readonly [K in keyof I]: Spec };
export type AttrsOf<O extends Op> = Ops[O]['attrs'];
