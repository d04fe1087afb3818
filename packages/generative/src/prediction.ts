import { add, cast, constant, gather, mul, reshape, sqrt, sub, type Sym } from '@verilens/nn';
import type { DdpmConfig } from './config.ts';
import { signalShares } from './noise-schedule.ts';

/** Roots of the shares of signal and of noise at each time of a batch: times [N] to two of [N, 1, 1, 1]. */
export function rootsAt(config: DdpmConfig, times: Sym): { readonly signal: Sym; readonly noise: Sym } {
  const shares = constant(Float32Array.from(signalShares(config)), [config.times]);
  const share = reshape(gather(shares, cast(times, 'int32')), [times.shape[0]!, 1, 1, 1]);
  return { signal: sqrt(share), noise: sqrt(sub(1, share)) };
}

type Roots = ReturnType<typeof rootsAt>;

/** Pictures with noise laid over them: a x + s noise, with a and s the roots. */
export function noisedPictures({ signal, noise }: Roots, x: Sym, drawn: Sym): Sym {
  return add(mul(signal, x), mul(noise, drawn));
}

/** What the network should answer: the noise, or the velocity a noise - s x. */
export function wantedAnswer({ predicts }: DdpmConfig, { signal, noise }: Roots, x: Sym, drawn: Sym): Sym {
  return predicts === 'noise' ? drawn : sub(mul(signal, drawn), mul(noise, x));
}

/** The noise that the answer to noised pictures stands for: a velocity + s noised, since a^2 + s^2 = 1. */
export function noiseIn(config: DdpmConfig, noised: Sym, times: Sym, answer: Sym): Sym {
  if (config.predicts === 'noise') return answer;
  const { signal, noise } = rootsAt(config, times);
  return add(mul(signal, answer), mul(noise, noised));
}
