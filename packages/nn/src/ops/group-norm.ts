import { describe, sameShape, shapeError, sizeOf, type Sym } from '../sym.ts';
import { batchNorm } from './batch-norm.ts';
import { add, mul, reciprocal, sqrt, square } from './elementwise.ts';
import { mean } from './reduce.ts';
import { expand, reshape } from './shape.ts';
import { ones, zeros } from './source.ts';

/** Normalisations of single samples [N, C, ...]: each is batch normalisation with samples and channels (or groups) as its channels. */

export interface SampleNormOptions {
  /** Added to the variance. Default 1e-5 */
  readonly epsilon?: number;
  /** As in `batchNorm`, but the default is `safe`: single samples often have a mean far from 0. */
  readonly variance?: 'fast' | 'safe';
}

function checkMaps(op: string, x: Sym): readonly [number, number, ...number[]] {
  if (x.shape.length < 3 || x.dtype !== 'float32')
    throw shapeError(op, 'float32 [N, C, ...] with at least one more axis', describe(x), 'Axis 1 holds the channels.');
  return x.shape as unknown as readonly [number, number, ...number[]];
}

/** Normalises each of `count` parts of every sample; gamma and beta have one element per sample and part. */
function normaliseParts(x: Sym, count: number, gamma: Sym, beta: Sym, options: SampleNormOptions): Sym {
  const [n, c, ...rest] = x.shape as [number, number, ...number[]];
  const { epsilon = 1e-5, variance = 'safe' } = options;
  const inner = count === c ? rest : [(c / count) * sizeOf(rest)];
  return reshape(batchNorm(reshape(x, [1, n * count, ...inner]), gamma, beta, { epsilon, variance }).y, x.shape);
}

/** [C] for every sample: [N * C] */
function forSamples(each: Sym, n: number): Sym {
  const [c] = each.shape;
  return reshape(expand(each, [n, c!]), [n * c!]);
}

/** [C] as [C, 1, ...], to broadcast against x. */
function broad(each: Sym, x: Sym): Sym {
  return reshape(each, [each.shape[0]!, ...x.shape.slice(2).map(() => 1)]);
}

function checkEach(op: string, x: Sym, gamma: Sym | undefined, beta: Sym | undefined): void {
  for (const t of [gamma, beta]) {
    if (t !== undefined && !sameShape(t.shape, [x.shape[1]!]))
      throw shapeError(op, `gamma and beta of [${x.shape[1]}] for x ${describe(x)}`, describe(t), 'One element per channel.');
  }
}

/** Ulyanov et al. 2016: every channel of every sample of x [N, C, ...] normalised over its positions, then gamma x + beta ([C], or left out). */
export function instanceNorm(x: Sym, gamma?: Sym, beta?: Sym, options: SampleNormOptions = {}): Sym {
  const [n, c] = checkMaps('instanceNorm', x);
  checkEach('instanceNorm', x, gamma, beta);
  return normaliseParts(x, c, forSamples(gamma ?? ones([c]), n), forSamples(beta ?? zeros([c]), n), options);
}

/** Wu and He 2018: the channels of x [N, C, ...] in `groups` parts, each normalised per sample over its channels and positions, then gamma x + beta per channel. */
export function groupNorm(x: Sym, groups: number, gamma?: Sym, beta?: Sym, options: SampleNormOptions = {}): Sym {
  const [n, c] = checkMaps('groupNorm', x);
  if (!Number.isInteger(groups) || groups < 1 || c % groups !== 0)
    throw shapeError('groupNorm', `a number of groups that divides ${c} channels`, String(groups), 'Change the groups or the channels.');
  if (groups === c) return instanceNorm(x, gamma, beta, options);
  checkEach('groupNorm', x, gamma, beta);
  const y = normaliseParts(x, groups, forSamples(ones([groups]), n), forSamples(zeros([groups]), n), options);
  const scaled = gamma === undefined ? y : mul(y, broad(gamma, x));
  return beta === undefined ? scaled : add(scaled, broad(beta, x));
}

/**
 * Instance normalisation whose scale and shift come from elsewhere: one number per sample and channel, [N, C] (AdaIN, Huang and
 * Belongie 2017), or maps like x (SPADE, Park et al. 2019). For "1 + gamma" pass add(gamma, 1).
 */
export function adaptiveInstanceNorm(x: Sym, scale: Sym, shift: Sym, options: SampleNormOptions = {}): Sym {
  const [n, c] = checkMaps('adaptiveInstanceNorm', x);
  const maps = sameShape(scale.shape, x.shape);
  if (!sameShape(scale.shape, shift.shape) || !(maps || sameShape(scale.shape, [n, c]))) {
    throw shapeError(
      'adaptiveInstanceNorm',
      `scale and shift of [${n}, ${c}] or ${describe(x)}`,
      `${describe(scale)} and ${describe(shift)}`,
      'One number per sample and channel, or one per element: resize the maps.',
    );
  }
  if (maps) return add(mul(instanceNorm(x, undefined, undefined, options), scale), shift);
  return normaliseParts(x, c, reshape(scale, [n * c]), reshape(shift, [n * c]), options);
}

/** Zhang and Sennrich 2019: x / sqrt(mean(x^2) + epsilon) over the last axis, times gamma [last axis]. */
export function rmsNorm(x: Sym, gamma: Sym, epsilon = 1e-6): Sym {
  const width = x.shape.at(-1);
  if (width === undefined || !sameShape(gamma.shape, [width]))
    throw shapeError('rmsNorm', `gamma of [${width ?? 'last axis of x'}] for x ${describe(x)}`, describe(gamma), 'Check the width.');
  return mul(mul(x, reciprocal(sqrt(add(mean(square(x), -1, { keep: true }), epsilon)))), gamma);
}
