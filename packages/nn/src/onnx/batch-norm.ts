import type { Lowering } from '../lowerings.ts';
import { sizeOf } from '../sym.ts';
import type { Emitter } from './emitter.ts';

interface Statistics {
  readonly mean: string;
  readonly variance: string;
}

/** Mean and variance of every channel, [C]. */
function statistics(e: Emitter, x: string, shape: readonly number[], twoPass: boolean): Statistics {
  const axes = e.ints(shape.map((_, i) => i).filter((i) => i !== 1));
  const mean = e.node('ReduceMean', [x, axes], { keepdims: { int: 0 } });
  if (twoPass) {
    const centred = e.node('Sub', [x, e.reshape(mean, [shape[1]!, ...shape.slice(2).map(() => 1)])]);
    return { mean, variance: e.node('ReduceMean', [e.node('Mul', [centred, centred]), axes], { keepdims: { int: 0 } }) };
  }
  const count = sizeOf(shape) / shape[1]!;
  const squares = e.node('Mul', [e.node('ReduceSum', [e.node('Mul', [x, x]), axes], { keepdims: { int: 0 } }), e.scalar(1 / count)]);
  // rounding may leave a constant channel a hair below zero
  return { mean, variance: e.node('Relu', [e.node('Sub', [squares, e.node('Mul', [mean, mean])])]) };
}

/** BatchNormalization of WebGPU takes pictures; other ranks become pictures one pixel wide. */
function normalise(e: Emitter, x: string, shape: readonly number[], each: readonly string[], epsilon: number): string {
  const attributes = { epsilon: { float: epsilon } };
  if (e.target !== 'webgpu' || shape.length === 4) return e.node('BatchNormalization', [x, ...each], attributes);
  const [n, c, ...rest] = shape as [number, number, ...number[]];
  return e.reshape(e.node('BatchNormalization', [e.reshape(x, [n, c, sizeOf(rest), 1]), ...each], attributes), shape);
}

/** Statistics by reductions, then the inference form of the op: the op's training form is missing or faulty on some devices. */
export const lowerBatchNorm: Lowering<'batchNorm'> = (e, { names: [x, gamma, beta], inputs: [{ shape }], attrs }) => {
  const { mean, variance } = statistics(e, x!, shape, attrs.twoPass);
  return normalise(e, x!, shape, [gamma!, beta!, mean, variance], attrs.epsilon);
};

export const lowerBatchStatistic: Lowering<'batchStatistic'> = (e, { names: [x], inputs: [{ shape }], attrs }) =>
  statistics(e, x!, shape, attrs.twoPass)[attrs.which];

export const lowerNormaliseChannels: Lowering<'normaliseChannels'> = (e, { names: [x, ...each], inputs: [{ shape }], attrs }) =>
  normalise(e, x!, shape, each, attrs.epsilon);
