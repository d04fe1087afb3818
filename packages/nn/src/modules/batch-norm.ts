import { onesInit, zerosInit } from '../initialisers.ts';
import { module, param, state, type Module, type ParamSpec, type StateSpec } from '../module.ts';
import { batchNorm, blend, elementsPerChannel, normaliseChannels, unbiased, type BatchNormOptions } from '../ops/batch-norm.ts';
import { isTraining, updateState } from '../state-updates.ts';
import type { Sym } from '../sym.ts';

export interface BatchNormModuleOptions extends BatchNormOptions {
  /** Share of the batch's statistics in the running ones, PyTorch's meaning. Default 0.1 */
  readonly momentum?: number;
}

export interface BatchNormUse {
  /**
   * `batch` normalises by the batch and moves the running statistics; `running` uses those and leaves them (a frozen layer, a
   * teacher). Left out: `batch` in a training step, `running` elsewhere.
   */
  readonly statistics?: 'batch' | 'running';
}

export interface BatchNormParams {
  readonly weight: ParamSpec;
  readonly bias: ParamSpec;
  readonly runningMean: StateSpec;
  readonly runningVariance: StateSpec;
}

/** Batch normalisation of x [N, channels, ...] with running statistics for inference. */
export function batchNormModule(
  channels: number,
  options: BatchNormModuleOptions = {},
): Module<BatchNormParams, [x: Sym, use?: BatchNormUse], Sym> {
  const { momentum = 0.1, epsilon = 1e-5 } = options;
  const params: BatchNormParams = {
    weight: param([channels], onesInit()),
    bias: param([channels], zerosInit()),
    runningMean: state([channels], zerosInit()),
    runningVariance: state([channels], onesInit()),
  };
  return module('batchNorm', params, (p, x: Sym, use: BatchNormUse = {}) => {
    if ((use.statistics ?? (isTraining() ? 'batch' : 'running')) === 'running')
      return normaliseChannels(x, p.weight, p.bias, p.runningMean, p.runningVariance, epsilon);
    const { y, mean, variance } = batchNorm(x, p.weight, p.bias, options);
    updateState(p.runningMean, (old) => blend(old, mean, momentum));
    updateState(p.runningVariance, (old) => blend(old, unbiased(variance, elementsPerChannel(x)), momentum));
    return y;
  });
}
