import { fanInUniform, zerosInit, type Initialiser } from '../initialisers.ts';
import { module, param, type Module } from '../module.ts';
import { add, relu } from '../ops/elementwise.ts';
import { conv1d, type Conv1dOptions } from '../ops/one-dimensional.ts';
import { convTranspose2d, type ConvTranspose2dOptions } from '../ops/transposed-convolution.ts';
import type { Sym } from '../sym.ts';
import { conv2dModule, type Conv2dModuleOptions, type LinearParams } from './basic.ts';
import { batchNormModule, type BatchNormParams, type BatchNormUse } from './batch-norm.ts';

type Conv = Module<LinearParams, [x: Sym], Sym>;
type BatchNorm = Module<BatchNormParams, [x: Sym, use?: BatchNormUse], Sym>;
interface Extras {
  readonly bias?: boolean;
  readonly init?: Initialiser;
}

function weights(shape: readonly number[], outputs: number, options: Extras): LinearParams {
  const weight = param(shape, options.init ?? fanInUniform());
  return options.bias === false ? { weight } : { weight, bias: param([outputs], zerosInit()) };
}

/** x [N, in, L] -> [N, out, l]; weight [out, in / groups, size]. */
export function conv1dModule(inputs: number, outputs: number, size: number, options: Conv1dOptions & Extras = {}): Conv {
  const params = weights([outputs, inputs / (options.groups ?? 1), size], outputs, options);
  return module('conv1d', params, (p, x: Sym) => conv1d(x, p.weight, p.bias as Sym | undefined, options));
}

/** x [N, in, H, W] -> [N, out, h, w], larger; weight [in, out / groups, kh, kw]. */
export function convTranspose2dModule(
  inputs: number,
  outputs: number,
  size: number | readonly [number, number],
  options: ConvTranspose2dOptions & Extras = {},
): Conv {
  const [kh, kw] = typeof size === 'number' ? [size, size] : size;
  const params = weights([inputs, outputs / (options.groups ?? 1), kh, kw], outputs, options);
  return module('convTranspose2d', params, (p, x: Sym) => convTranspose2d(x, p.weight, p.bias as Sym | undefined, options));
}

/** Depthwise separable convolution: each channel on its own (no bias), then 1x1 across channels. */
export function separableConv2dModule(
  inputs: number,
  outputs: number,
  size: number | readonly [number, number],
  options: Omit<Conv2dModuleOptions, 'groups'> = {},
): Module<{ readonly depthwise: Conv; readonly pointwise: Conv }, [x: Sym], Sym> {
  const { bias = true, ...window } = options;
  const depthwise = conv2dModule(inputs, inputs, size, { ...window, groups: inputs, bias: false });
  const pointwise = conv2dModule(inputs, outputs, 1, { bias, ...(options.init === undefined ? {} : { init: options.init }) });
  return module('separableConv2d', { depthwise, pointwise }, (p, x: Sym) => pointwise.apply(p.pointwise, depthwise.apply(p.depthwise, x)));
}

export type ResidualBlock = Module<
  {
    readonly conv1: Conv;
    readonly norm1: BatchNorm;
    readonly conv2: Conv;
    readonly norm2: BatchNorm;
    /** Where the size or the channels change: a 1x1 convolution and its normalisation. */
    readonly shortcut: { readonly conv?: Conv; readonly norm?: BatchNorm };
  },
  [x: Sym, use?: BatchNormUse],
  Sym
>;

/** He et al. 2016, the basic block of ResNet-18 and of the CIFAR networks: two 3x3 convolutions with batch normalisation, added to x, ReLU. */
export function residualBlock(inputs: number, outputs: number, options: { readonly stride?: number } = {}): ResidualBlock {
  const { stride = 1 } = options;
  const same = stride === 1 && inputs === outputs;
  const conv = conv2dModule(inputs, outputs, 1, { stride, bias: false });
  const norm = batchNormModule(outputs);
  const parts = {
    conv1: conv2dModule(inputs, outputs, 3, { stride, padding: 1, bias: false }),
    norm1: batchNormModule(outputs),
    conv2: conv2dModule(outputs, outputs, 3, { padding: 1, bias: false }),
    norm2: batchNormModule(outputs),
    shortcut: same ? {} : { conv, norm },
  };
  return module('residualBlock', parts, (p, x: Sym, use: BatchNormUse = {}) => {
    const first = relu(parts.norm1.apply(p.norm1, parts.conv1.apply(p.conv1, x), use));
    const branch = parts.norm2.apply(p.norm2, parts.conv2.apply(p.conv2, first), use);
    return relu(add(branch, same ? x : norm.apply(p.shortcut.norm as never, conv.apply(p.shortcut.conv as never, x), use)));
  });
}
