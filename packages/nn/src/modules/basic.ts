import { fanInUniform, normalInit, onesInit, zerosInit, type Initialiser } from '../initialisers.ts';
import { module, param, type Module, type ParamSpec } from '../module.ts';
import { gather } from '../ops/indexing.ts';
import { dense } from '../ops/linear-algebra.ts';
import { layerNorm } from '../ops/normalisation.ts';
import { conv2d, type Conv2dOptions } from '../ops/convolution.ts';
import { conv3d, type Conv3dOptions } from '../ops/volumes.ts';
import type { Sym } from '../sym.ts';

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
