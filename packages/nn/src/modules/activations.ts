import { constantInit, normalInit, type Initialiser } from '../initialisers.ts';
import { module, param, type Module, type ParamSpec } from '../module.ts';
import { aconC, prelu } from '../functions/activations.ts';
import { dense } from '../ops/linear-algebra.ts';
import { sigmoid } from '../ops/elementwise.ts';
import { mean } from '../ops/reduce.ts';
import { reshape } from '../ops/shape.ts';
import type { Sym } from '../sym.ts';

/** Leaky ReLU of x [N, channels, ...] with one learnt slope per channel (or 1 for all), beginning at 0.25. */
export function preluModule(channels: number): Module<{ readonly slope: ParamSpec }, [x: Sym], Sym> {
  return module('prelu', { slope: param([channels], constantInit(0.25), { decay: false }) }, (p, x: Sym) => prelu(x, p.slope));
}

export interface MetaAconParams {
  readonly p1: ParamSpec;
  readonly p2: ParamSpec;
  readonly down: ParamSpec;
  readonly up: ParamSpec;
}

/**
 * meta-ACON (Ma et al., CVPR 2021) on x [N, channels, ...]: ACON-C whose switch is beta = sigmoid(up(down(mean of x over
 * positions))), one per sample and channel; hidden width max(16, channels / 16), no normalisation between.
 */
export function metaAconModule(channels: number, options: { readonly init?: Initialiser } = {}): Module<MetaAconParams, [x: Sym], Sym> {
  const hidden = Math.max(16, Math.floor(channels / 16));
  const init = options.init ?? normalInit(0.05);
  const params: MetaAconParams = {
    p1: param([channels], normalInit(1), { decay: false }),
    p2: param([channels], normalInit(1), { decay: false }),
    down: param([channels, hidden], init),
    up: param([hidden, channels], init),
  };
  return module('metaAcon', params, (p, x: Sym) => {
    const positions = x.shape.map((_, i) => i).slice(2);
    const beta = sigmoid(dense(dense(mean(x, positions), p.down), p.up));
    return aconC(x, p.p1, p.p2, reshape(beta, [x.shape[0]!, channels, ...positions.map(() => 1)]));
  });
}
