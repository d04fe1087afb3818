import { fanInUniform, normalInit, onesInit, zerosInit, type Initialiser } from '../initialisers.ts';
import { module, param, state, type Module, type ParamSpec, type StateSpec } from '../module.ts';
import { groupNorm, instanceNorm, rmsNorm, type SampleNormOptions } from '../ops/group-norm.ts';
import { spectralNorm } from '../ops/spectral-norm.ts';
import { isTraining, updateState } from '../state-updates.ts';
import { sizeOf, type Sym } from '../sym.ts';

interface Affine {
  readonly weight: ParamSpec;
  readonly bias: ParamSpec;
}
const affine = (channels: number): Affine => ({ weight: param([channels], onesInit()), bias: param([channels], zerosInit()) });

/** Group normalisation of x [N, channels, ...]. */
export function groupNormModule(groups: number, channels: number, options: SampleNormOptions = {}): Module<Affine, [x: Sym], Sym> {
  return module('groupNorm', affine(channels), (p, x: Sym) => groupNorm(x, groups, p.weight, p.bias, options));
}

/** Instance normalisation of x [N, channels, ...] with a learned scale and shift per channel. */
export function instanceNormModule(channels: number, options: SampleNormOptions = {}): Module<Affine, [x: Sym], Sym> {
  return module('instanceNorm', affine(channels), (p, x: Sym) => instanceNorm(x, p.weight, p.bias, options));
}

/** RMS normalisation of the last axis, of size `width`. */
export function rmsNormModule(
  width: number,
  options: { readonly epsilon?: number } = {},
): Module<{ readonly weight: ParamSpec }, [x: Sym], Sym> {
  return module('rmsNorm', { weight: param([width], onesInit()) }, (p, x: Sym) => rmsNorm(x, p.weight, options.epsilon));
}

/**
 * A weight [out, ...] that is divided by its largest singular value wherever it is used: `conv2d(x, w.apply(p.w))`. In a training
 * step each use moves the power iteration by `iterations` (default 1); elsewhere its vectors stay. With few steps behind it the
 * estimate is rough, as in PyTorch without its 15 steps at the start: call it a few steps before you trust the bound.
 */
export function spectralWeight(
  shape: readonly number[],
  options: { readonly init?: Initialiser; readonly iterations?: number } = {},
): Module<{ readonly weight: ParamSpec; readonly u: StateSpec; readonly v: StateSpec }, [], Sym> {
  const params = {
    weight: param(shape, options.init ?? fanInUniform()),
    u: state([shape[0] ?? 1], normalInit(1)),
    v: state([sizeOf(shape.slice(1))], normalInit(1)),
  };
  return module('spectralWeight', params, (p) => {
    const { weight, u, v } = spectralNorm(p.weight, p.u, p.v, { iterations: isTraining() ? (options.iterations ?? 1) : 0 });
    updateState(p.u, () => u);
    updateState(p.v, () => v);
    return weight;
  });
}
