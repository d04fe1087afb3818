import { VerilensError } from '@verilens/core';
import { add, div, maximum, mul, softplus, sqrt, square, sub } from '../ops/elementwise.ts';
import { cast, equal, greater, not, where } from '../ops/logic.ts';
import { oneHot } from '../ops/indexing.ts';
import { logSoftmax } from '../ops/normalisation.ts';
import { mean, sum } from '../ops/reduce.ts';
import { constant, lift } from '../ops/source.ts';
import { unsqueeze } from '../ops/shape.ts';
import { describe, sameShape, shapeError, type Sym, type Value } from '../sym.ts';

export interface CrossEntropyOptions {
  /** s replaces a target t by (1 - s) t + s / K. Default 0 */
  readonly labelSmoothing?: number;
  /** One factor a class. With int32 labels the mean is weighted by them, as PyTorch does. */
  readonly classWeights?: readonly number[];
  /** Rows with this label count for nothing; a batch of such rows alone has the loss 0. Only with int32 labels. */
  readonly ignoreIndex?: number;
}

/** Mean cross-entropy of logits [B, K] against int32 labels [B] or float32 target distributions [B, K]. */
export function crossEntropy(logits: Sym, labels: Sym, options: CrossEntropyOptions = {}): Sym {
  const { each, weight } = weighed(logits, labels, options);
  return weight === undefined ? mul(sum(each), 1 / logits.shape[0]!) : div(sum(each), maximum(sum(weight), 1e-12));
}

/** The cross-entropy of each row, [B]: for losses that pick or weigh samples. An ignored row has 0. */
export function crossEntropyEach(logits: Sym, labels: Sym, options: CrossEntropyOptions = {}): Sym {
  return weighed(logits, labels, options).each;
}

/** Loss of each row [B], and what a row counts in the mean where rows do not count alike. */
function weighed(logits: Sym, labels: Sym, options: CrossEntropyOptions): { readonly each: Sym; readonly weight: Sym | undefined } {
  const { labelSmoothing = 0, classWeights, ignoreIndex } = options;
  const [batch, classes] = logits.shape;
  const hard = labels.dtype === 'int32';
  if (logits.shape.length !== 2 || !sameShape(labels.shape, hard ? [batch!] : [batch!, classes!])) {
    throw shapeError(
      'crossEntropy',
      'logits [B, K] with int32 labels [B] or float32 targets [B, K]',
      `${describe(logits)} with ${describe(labels)}`,
      'Flatten other axes into the batch.',
    );
  }
  if (classWeights !== undefined && classWeights.length !== classes)
    throw badOption('one weight a class', `${classes} weights`, String(classWeights.length));
  if (ignoreIndex !== undefined && !hard) throw badOption('ignoreIndex needs labels', 'int32 labels', describe(labels));
  if (!(labelSmoothing >= 0 && labelSmoothing <= 1)) throw badOption('labelSmoothing out of range', '0..1', String(labelSmoothing));
  const ignored = ignoreIndex === undefined ? undefined : equal(labels, constant(Int32Array.of(ignoreIndex), []));
  const targets = hard ? oneHot(ignored === undefined ? labels : where(ignored, 0, labels), classes!) : labels;
  const weights = classWeights === undefined ? undefined : constant(Float32Array.from(classWeights), [1, classes!]);
  const smooth = labelSmoothing === 0 ? targets : add(mul(targets, 1 - labelSmoothing), labelSmoothing / classes!);
  const logs = logSoftmax(logits, 1);
  const row = mul(sum(mul(weights === undefined ? logs : mul(logs, weights), smooth), 1), -1);
  if (!hard || (weights === undefined && ignored === undefined)) return { each: row, weight: undefined };
  const kept = ignored === undefined ? undefined : cast(not(ignored), 'float32');
  const own = weights === undefined ? undefined : sum(mul(targets, weights), 1);
  return {
    each: kept === undefined ? row : mul(row, kept),
    weight: own === undefined ? kept : kept === undefined ? own : mul(own, kept),
  };
}

export interface BceOptions {
  /** Multiplies each element's loss; broadcasts. */
  readonly weight?: Value;
  /** Multiplies the loss of positive targets; broadcasts. */
  readonly positiveWeight?: Value;
}

/** Mean binary cross-entropy of logits against targets 0..1 of the same shape. */
export function bceWithLogits(logits: Sym, targets: Sym, options: BceOptions = {}): Sym {
  const { weight, positiveWeight } = options;
  if (!sameShape(logits.shape, targets.shape))
    throw shapeError('bceWithLogits', `targets like the logits ${describe(logits)}`, describe(targets), 'Reshape one of them.');
  // softplus(z) - z t, whose gradient sigmoid(z) - t is right at z = 0 too; with a weight p: (1 + (p - 1) t) softplus(z) - p z t
  const spread = softplus(logits);
  const each =
    positiveWeight === undefined
      ? sub(spread, mul(logits, targets))
      : sub(mul(spread, add(mul(targets, sub(lift(positiveWeight), 1)), 1)), mul(mul(logits, targets), lift(positiveWeight)));
  return mean(weight === undefined ? each : mul(each, lift(weight)));
}

export interface MarginSoftmaxOptions {
  /** `arcface` adds the margin to the angle (Deng et al. 2019), `cosface` takes it from the cosine (Wang et al. 2018). */
  readonly kind: 'arcface' | 'cosface';
  /** Radians for `arcface` (default 0.5), a cosine for `cosface` (default 0.35). */
  readonly margin?: number;
  /** Factor of the logits. Default 64 */
  readonly scale?: number;
}

/**
 * Logits [B, K] of a margin softmax from cosines [B, K] (features and class centres of length 1) and int32 labels [B]; the loss
 * is their `crossEntropy`. Where the angle plus the margin would pass pi, `arcface` goes on along a line, so that the target's
 * logit always falls with the angle; the sine is kept off 0, where its slope is infinite.
 */
export function marginSoftmax(cosines: Sym, labels: Sym, options: MarginSoftmaxOptions): Sym {
  const { kind, margin = kind === 'arcface' ? 0.5 : 0.35, scale = 64 } = options;
  if (cosines.shape.length !== 2 || labels.dtype !== 'int32' || !sameShape(labels.shape, [cosines.shape[0]!]))
    throw shapeError(
      'marginSoftmax',
      'cosines [B, K] with int32 labels [B]',
      `${describe(cosines)} with ${describe(labels)}`,
      'Take unitVectors of features and centres first.',
    );
  if (!(margin >= 0 && margin < Math.PI / 2)) throw badOption('margin out of range', '0..1.57', String(margin));
  const target = oneHot(labels, cosines.shape[1]!);
  const own = sum(mul(cosines, target), 1);
  const lowered = kind === 'cosface' ? sub(own, margin) : turned(own, margin);
  return mul(add(cosines, mul(target, unsqueeze(sub(lowered, own), 1))), scale);
}

/** cos(angle + margin), and from where that turns around, cos(angle) - margin sin(margin). */
function turned(cosine: Sym, margin: number): Sym {
  const sine = sqrt(maximum(sub(1, square(cosine)), 1e-7));
  const after = sub(mul(cosine, Math.cos(margin)), mul(sine, Math.sin(margin)));
  return where(greater(cosine, -Math.cos(margin)), after, sub(cosine, margin * Math.sin(margin)));
}

function badOption(summary: string, expected: string, got: string): VerilensError {
  return new VerilensError('BAD_OPTION', summary, { place: 'nn losses', expected, got });
}
