import { fanInUniform, normalInit, onesInit, zerosInit, type Initialiser } from '../initialisers.ts';
import { module, param, type Module, type ParamSpec } from '../module.ts';
import { gather } from '../ops/indexing.ts';
import { dense } from '../ops/linear-algebra.ts';
import { layerNorm } from '../ops/normalisation.ts';
import { split } from '../ops/shape.ts';
import { conv2d, type Conv2dOptions } from '../ops/convolution.ts';
import { conv3d, type Conv3dOptions } from '../ops/volumes.ts';
import { isTraining } from '../state-updates.ts';
import { sizeOf, type Sym } from '../sym.ts';

export interface LinearParams {
  readonly weight: ParamSpec;
  readonly bias?: ParamSpec;
}

/** x [..., in] -> [..., out]; weight [in, out]. */
export function linear(
  inputs: number,
  outputs: number,
  options: { readonly bias?: boolean; readonly init?: Initialiser } = {},
): Module<LinearParams, [x: Sym], Sym> {
  const weight = param([inputs, outputs], options.init ?? fanInUniform());
  const params: LinearParams = options.bias === false ? { weight } : { weight, bias: param([outputs], zerosInit()) };
  return module('linear', params, (p, x: Sym) => dense(x, p.weight, p.bias as Sym | undefined));
}

/** Results of more elements than this are not cut while training: the weights are, which costs more nodes. */
const LARGE = 2 ** 18;

/** `count` linear maps of one x [..., in], whose weights [in, count * out] lie side by side -> `count` times [..., out]. */
export function linearParts(
  inputs: number,
  outputs: number,
  count: number,
  options: { readonly init?: Initialiser } = {},
): Module<LinearParams, [x: Sym], readonly Sym[]> {
  const { params } = linear(inputs, count * outputs, options);
  return module('linear', params, (p, x: Sym) => {
    const bias = p.bias as Sym;
    const size = (sizeOf(x.shape) / inputs) * count * outputs;
    // weights that are stored can be cut beforehand, and large results are dear to cut
    if (isTraining() && size <= LARGE) return split(dense(x, p.weight, bias), count, -1);
    const biases = split(bias, count, 0);
    return split(p.weight, count, 1).map((weight, i) => dense(x, weight, biases[i]));
  });
}

/** int32 indices [...] below `count` -> [..., width]. */
export function embedding(
  count: number,
  width: number,
  options: { readonly init?: Initialiser } = {},
): Module<{ readonly weight: ParamSpec }, [indices: Sym], Sym> {
  return module('embedding', { weight: param([count, width], options.init ?? normalInit(0.02)) }, (p, indices: Sym) =>
    gather(p.weight, indices),
  );
}

/** Layer normalisation of the last axis, of size `width`, or of several last axes together. */
export function layerNormModule(
  width: number | readonly number[],
  options: { readonly epsilon?: number } = {},
): Module<{ readonly weight: ParamSpec; readonly bias: ParamSpec }, [x: Sym], Sym> {
  const shape = typeof width === 'number' ? [width] : width;
  // weight decay goes by rank, but a norm's scale is never decayed
  const how = shape.length > 1 ? { decay: false } : {};
  const params = { weight: param(shape, onesInit(), how), bias: param(shape, zerosInit(), how) };
  return module('layerNorm', params, (p, x: Sym) => layerNorm(x, p.weight, p.bias, options.epsilon));
}

export interface Conv2dModuleOptions extends Conv2dOptions {
  readonly bias?: boolean;
  readonly init?: Initialiser;
}

/** x [N, in, H, W] -> [N, out, h, w]; weight [out, in / groups, kh, kw]. */
export function conv2dModule(
  inputs: number,
  outputs: number,
  size: number | readonly [number, number],
  options: Conv2dModuleOptions = {},
): Module<LinearParams, [x: Sym], Sym> {
  const [kh, kw] = typeof size === 'number' ? [size, size] : size;
  const weight = param([outputs, inputs / (options.groups ?? 1), kh, kw], options.init ?? fanInUniform());
  const params: LinearParams = options.bias === false ? { weight } : { weight, bias: param([outputs], zerosInit()) };
  return module('conv2d', params, (p, x: Sym) => conv2d(x, p.weight, p.bias as Sym | undefined, options));
}

export interface Conv3dModuleOptions extends Conv3dOptions {
  readonly bias?: boolean;
  readonly init?: Initialiser;
}

/** x [N, in, D, H, W] -> [N, out, d, h, w]; weight [out, in / groups, kd, kh, kw]. */
export function conv3dModule(
  inputs: number,
  outputs: number,
  size: number | readonly [number, number, number],
  options: Conv3dModuleOptions = {},
): Module<LinearParams, [x: Sym], Sym> {
  const kernel = typeof size === 'number' ? [size, size, size] : size;
  const weight = param([outputs, inputs / (options.groups ?? 1), ...kernel], options.init ?? fanInUniform());
  const params: LinearParams = options.bias === false ? { weight } : { weight, bias: param([outputs], zerosInit()) };
  return module('conv3d', params, (p, x: Sym) => conv3d(x, p.weight, p.bias as Sym | undefined, options));
}
