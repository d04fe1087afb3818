import {
  add,
  batchNormModule,
  type BatchNormParams,
  type BatchNormUse,
  linear,
  type LinearParams,
  matmul,
  module,
  type Module,
  mul,
  normalInit,
  param,
  type Parameters,
  type ParamSpec,
  random,
  relu,
  type Sym,
  unitVectors,
  zerosInit,
} from '@verilens/nn';
import { type Cd2Config, featureWidth } from './config.ts';

export interface HeadResult {
  /** [N, width], what the last layer sees. */
  readonly hidden: Sym;
  /** [N, classes] */
  readonly logits: Sym;
}

type Linear = Module<LinearParams, [x: Sym], Sym>;
type BatchNorm = Module<BatchNormParams, [x: Sym, use?: BatchNormUse], Sym>;

export interface HeadParams {
  readonly layers: readonly Linear[];
  readonly norms: readonly BatchNorm[];
  /** [classes, width]: one row a class, so that learning a class adds a row. */
  readonly rows: ParamSpec;
  readonly offsets?: ParamSpec;
}

/** Features [N, width] -> logits over `classes` classes. */
export type Head = Module<HeadParams, [features: Sym, use?: BatchNormUse], HeadResult>;

/** Three-layer perceptron with batch normalisation and ReLU between, and a last layer with one row a class. */
export function headOf(config: Cd2Config, classes: number): Head {
  const width = featureWidth(config);
  const cosine = config.classifier === 'cosine';
  const layers = [0, 1, 2].map(() => linear(width, width));
  const norms = [0, 1].map(() => batchNormModule(width));
  const rows = param([classes, width], normalInit(1 / Math.sqrt(width)));
  const params: HeadParams = cosine ? { layers, norms, rows } : { layers, norms, rows, offsets: param([classes], zerosInit()) };
  return module('cd2 head', params, (p, features: Sym, use?: BatchNormUse): HeadResult => {
    let hidden = features;
    layers.forEach((layer, i) => {
      hidden = layer.apply(p.layers[i]!, hidden);
      if (i < norms.length) hidden = relu(norms[i]!.apply(p.norms[i]!, hidden, use));
    });
    if (config.residual) hidden = add(hidden, features);
    if (cosine) return { hidden, logits: mul(matmul(unitVectors(hidden), unitVectors(p.rows), { transB: true }), config.scale) };
    return { hidden, logits: add(matmul(hidden, p.rows, { transB: true }), p.offsets as Sym) };
  });
}

/**
 * The parameters of a head with a row more for each class: the mean hidden vector of the class, at the length that rows have.
 *
 * @param hidden The mean hidden vector of each new class.
 */
export function grownHead(parameters: Parameters, hidden: readonly Float32Array[], seed: number): Parameters {
  const { data, shape } = parameters.get('rows')!;
  const [count, width] = shape as [number, number];
  const rows = new Float32Array((count + hidden.length) * width);
  rows.set(data);
  const length = meanLength(data, count);
  hidden.forEach((vector, i) => rows.set(ofLength(vector, length, seed + count + i), (count + i) * width));
  const grown = new Map(parameters).set('rows', { shape: [count + hidden.length, width], data: rows });
  const offsets = parameters.get('offsets');
  if (offsets !== undefined) {
    const more = new Float32Array(count + hidden.length);
    more.set(offsets.data);
    grown.set('offsets', { shape: [more.length], data: more });
  }
  return grown;
}

/** The parameters of a head whose rows are the mean hidden vectors of all its classes (weight imprinting, Qi et al., CVPR 2018). */
export function imprintedHead(parameters: Parameters, hidden: readonly Float32Array[], seed: number): Parameters {
  const { data, shape } = parameters.get('rows')!;
  const [count, width] = shape as [number, number];
  const rows = new Float32Array(data.length);
  const length = meanLength(data, count);
  hidden.forEach((vector, i) => rows.set(ofLength(vector, length, seed + i), i * width));
  return new Map(parameters).set('rows', { shape, data: rows });
}

function meanLength(rows: Float32Array, count: number): number {
  return Math.sqrt(sumOfSquares(rows) / Math.max(1, count));
}

/** The vector at this length; a random one where it has no direction. */
function ofLength(vector: Float32Array, length: number, seed: number): Float32Array {
  const own = Math.sqrt(sumOfSquares(vector));
  if (own > 1e-6) return vector.map((value) => (length * value) / own);
  const { normal } = random(seed, 'cd2 row');
  return vector.map(() => (length * normal()) / Math.sqrt(vector.length));
}

function sumOfSquares(values: Float32Array): number {
  return values.reduce((sum, value) => sum + value * value, 0);
}
