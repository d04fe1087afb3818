import type { Random } from './random.ts';
import { sizeOf } from './sym.ts';

/** Fills a new parameter. */
export type Initialiser = (shape: readonly number[], random: Random) => Float32Array;

const fillWith = (shape: readonly number[], value: () => number): Float32Array => Float32Array.from({ length: sizeOf(shape) }, value);

/** Inputs and outputs of one unit: [in, out] for linear layers, [out, in/groups, kh, kw] for convolutions. */
function fans(shape: readonly number[]): { fanIn: number; fanOut: number } {
  if (shape.length < 2) return { fanIn: sizeOf(shape), fanOut: sizeOf(shape) };
  const [first, second, ...kernel] = shape as [number, number, ...number[]];
  const area = sizeOf(kernel);
  return shape.length === 2 ? { fanIn: first, fanOut: second } : { fanIn: second * area, fanOut: first * area };
}

export function zerosInit(): Initialiser {
  return (shape) => new Float32Array(sizeOf(shape));
}
export function constantInit(value: number): Initialiser {
  return (shape) => new Float32Array(sizeOf(shape)).fill(value);
}
export function onesInit(): Initialiser {
  return constantInit(1);
}
export function uniformInit(bound: number): Initialiser {
  return (shape, random) => fillWith(shape, () => (2 * random.uniform() - 1) * bound);
}
export function normalInit(deviation: number): Initialiser {
  return (shape, random) => fillWith(shape, () => random.normal() * deviation);
}
/** Normal, redrawn beyond two deviations. */
export function truncatedNormalInit(deviation: number): Initialiser {
  return (shape, random) =>
    fillWith(shape, () => {
      for (;;) {
        const value = random.normal();
        if (value >= -2 && value <= 2) return value * deviation;
      }
    });
}
/** Glorot and Bengio 2010: uniform within sqrt(6 / (in + out)). */
export function xavierUniform(): Initialiser {
  return (shape, random) => uniformInit(Math.sqrt(6 / (fans(shape).fanIn + fans(shape).fanOut)))(shape, random);
}
/** He et al. 2015, for ReLU: normal with deviation sqrt(2 / in). */
export function kaimingNormal(): Initialiser {
  return (shape, random) => normalInit(Math.sqrt(2 / fans(shape).fanIn))(shape, random);
}
/** Uniform within sqrt(6 / in). */
export function kaimingUniform(): Initialiser {
  return (shape, random) => uniformInit(Math.sqrt(6 / fans(shape).fanIn))(shape, random);
}
/** Uniform within sqrt(1 / in): what PyTorch gives its linear and convolution layers. */
export function fanInUniform(): Initialiser {
  return (shape, random) => uniformInit(Math.sqrt(1 / fans(shape).fanIn))(shape, random);
}
