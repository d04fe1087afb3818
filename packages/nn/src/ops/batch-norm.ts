import { describe, make, sameShape, shapeError, sizeOf, type Rule, type Sym } from '../sym.ts';
import { add, mul, neg, reciprocal, sqrt, sub } from './elementwise.ts';
import { sum } from './reduce.ts';
import { beforeSwap, expand, reshape, swapDepth } from './shape.ts';
import { ones, zeros } from './source.ts';

type BatchNormOp = 'batchNorm' | 'batchStatistic' | 'normaliseChannels';

function checkChannels(op: string, x: Sym, each: readonly Sym[]): number {
  const channels = x.shape[1];
  if (channels === undefined || x.dtype !== 'float32' || each.some((t) => !sameShape(t.shape, [channels]) || t.dtype !== 'float32')) {
    throw shapeError(
      op,
      `float32 [N, C, ...] and [C] = [${channels ?? '?'}] for each of the others`,
      `${describe(x)} and ${each.map(describe).join(', ')}`,
      'Axis 1 holds the channels: check its size.',
    );
  }
  return channels;
}

/** Every axis but the channels. */
const others = (x: Sym): number[] => x.shape.map((_, i) => i).filter((i) => i !== 1);
/** Elements per channel. */
export const elementsPerChannel = (x: Sym): number => sizeOf(x.shape) / x.shape[1]!;
/** [C] -> [1, C, 1, ...], to broadcast against x. */
const broad = (t: Sym, x: Sym): Sym =>
  reshape(
    t,
    x.shape.map((n, i) => (i === 1 ? n : 1)),
  );
const inverseDeviation = (variance: Sym, epsilon: number): Sym => reciprocal(sqrt(add(variance, epsilon)));

export const batchNormRules: { [O in BatchNormOp]: Rule<O> } = {
  batchNorm: {
    shape: ([x, gamma, beta]) => {
      checkChannels('batchNorm', x, [gamma, beta]);
      return { shape: x.shape, dtype: 'float32' };
    },
    // with n elements a channel, xhat = (x - m) r: dgamma = sum(dy xhat), dbeta = sum(dy),
    // dx = gamma r (dy - dbeta / n - xhat dgamma / n), written as one normalisation of dy + k x with k = -r dgamma / n
    gradient: ({ dy, inputs: [x, gamma], attrs: { epsilon, twoPass } }) => {
      const n = elementsPerChannel(x);
      const m = statistic(x, 'mean', twoPass);
      const r = inverseDeviation(statistic(x, 'variance', twoPass), epsilon);
      const dBeta = sum(dy, others(x));
      const dGamma = twoPass
        ? mul(r, sum(mul(dy, sub(x, broad(m, x))), others(x)))
        : mul(r, sub(sum(mul(dy, x), others(x)), mul(m, dBeta)));
      const k = mul(mul(r, dGamma), -1 / n);
      const centre = add(mul(dBeta, 1 / n), mul(k, m));
      const channels = gamma.shape;
      const dx = normaliseChannels(add(dy, mul(x, broad(k, x))), mul(gamma, r), zeros(channels), centre, ones(channels), 0);
      return [dx, dGamma, dBeta];
    },
  },
  batchStatistic: {
    shape: ([x]) => ({ shape: [checkChannels('batchStatistic', x, [])], dtype: 'float32' }),
    // dm/dx = 1/n;  dv/dx = 2 (x - m) / n
    gradient: ({ dy, inputs: [x], attrs: { which, twoPass } }) => {
      const each = broad(mul(dy, 1 / elementsPerChannel(x)), x);
      return [which === 'mean' ? expand(each, x.shape) : mul(mul(each, 2), sub(x, broad(statistic(x, 'mean', twoPass), x)))];
    },
  },
  normaliseChannels: {
    shape: ([x, ...each]) => {
      checkChannels('normaliseChannels', x, each);
      return { shape: x.shape, dtype: 'float32' };
    },
    // y = gamma (x - m) r + beta with r = (v + epsilon)^-1/2; dv = -gamma r^2 dgamma / 2
    gradient: ({ dy, inputs: [x, gamma, beta, mean, variance], attrs: { epsilon } }) => {
      const r = inverseDeviation(variance, epsilon);
      const dBeta = sum(dy, others(x));
      const dGamma = mul(r, sub(sum(mul(dy, x), others(x)), mul(mean, dBeta)));
      const none = zeros(beta.shape);
      return [
        normaliseChannels(dy, gamma, none, none, variance, epsilon),
        dGamma,
        dBeta,
        neg(mul(mul(gamma, r), dBeta)),
        mul(mul(mul(gamma, mul(r, r)), dGamma), -0.5),
      ];
    },
  },
};

function statistic(x: Sym, which: 'mean' | 'variance', twoPass: boolean): Sym {
  return make('batchStatistic', batchNormRules.batchStatistic, [x], { which, twoPass });
}

export interface BatchNormOptions {
  /** Added to the variance. Default 1e-5 */
  readonly epsilon?: number;
  /**
   * `fast` (the default) takes the variance as E[x^2] - E[x]^2, whose error grows with (mean / deviation)^2; `safe` subtracts
   * the mean first, which costs about a fifth more.
   */
  readonly variance?: 'fast' | 'safe';
}

export interface BatchNormResult {
  readonly y: Sym;
  /** [C] of this batch; the variance divides by n. */
  readonly mean: Sym;
  readonly variance: Sym;
}

/** Ioffe and Szegedy 2015, training form: x [N, C, ...] normalised per channel over the batch and all positions, then gamma x + beta. */
export function batchNorm(x: Sym, gamma: Sym, beta: Sym, options: BatchNormOptions = {}): BatchNormResult {
  const { epsilon = 1e-5, variance = 'fast' } = options;
  const slices = beforeSwap(x);
  if (slices !== undefined) {
    const [n, d, ...rest] = slices.shape as [number, number, ...number[]];
    const pictures = batchNorm(reshape(slices, [n * d, ...rest]), gamma, beta, options);
    return { ...pictures, y: swapDepth(reshape(pictures.y, slices.shape)) };
  }
  const twoPass = variance === 'safe';
  const y = make('batchNorm', batchNormRules.batchNorm, [x, gamma, beta], { epsilon, twoPass });
  return { y, mean: statistic(x, 'mean', twoPass), variance: statistic(x, 'variance', twoPass) };
}

/** gamma (x - mean) / sqrt(variance + epsilon) + beta per channel of x [N, C, ...], everything else [C]: batch normalisation's inference form. */
export function normaliseChannels(x: Sym, gamma: Sym, beta: Sym, mean: Sym, variance: Sym, epsilon = 1e-5): Sym {
  return make('normaliseChannels', batchNormRules.normaliseChannels, [x, gamma, beta, mean, variance], { epsilon });
}

/** The next running value: (1 - momentum) old + momentum new. */
export function blend(old: Sym, now: Sym, momentum: number): Sym {
  return add(mul(old, 1 - momentum), mul(now, momentum));
}

/** The variance of a sample of `n` as an estimate of its source's: n / (n - 1) times the batch's. */
export function unbiased(variance: Sym, n: number): Sym {
  return n > 1 ? mul(variance, n / (n - 1)) : variance;
}
