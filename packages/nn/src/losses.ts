import { add, mul, softplus, square, sub } from './ops/elementwise.ts';
import { oneHot } from './ops/indexing.ts';
import { logSoftmax } from './ops/normalisation.ts';
import { mean, sum } from './ops/reduce.ts';
import { describe, sameShape, shapeError, type Sym, type Value } from './sym.ts';
import { lift } from './ops/source.ts';

/**
 * Mean cross-entropy of logits [B, K] against int32 labels [B] or float32 target distributions [B, K].
 * `labelSmoothing` s replaces a target t by (1 - s) t + s / K.
 */
export function crossEntropy(logits: Sym, labels: Sym, options: { readonly labelSmoothing?: number } = {}): Sym {
  const [batch, classes] = logits.shape;
  const wanted = labels.dtype === 'int32' ? [batch!] : [batch!, classes!];
  if (logits.shape.length !== 2 || !sameShape(labels.shape, wanted)) {
    throw shapeError(
      'crossEntropy',
      'logits [B, K] with int32 labels [B] or float32 targets [B, K]',
      `${describe(logits)} with ${describe(labels)}`,
      'Flatten other axes into the batch.',
    );
  }
  const hard = labels.dtype === 'int32' ? oneHot(labels, classes!) : labels;
  const s = options.labelSmoothing ?? 0;
  const targets = s === 0 ? hard : add(mul(hard, 1 - s), s / classes!);
  return mul(sum(mul(logSoftmax(logits, 1), targets)), -1 / batch!);
}

/** Mean binary cross-entropy of logits against targets 0..1 of the same shape; `weight` multiplies each element's loss. */
export function bceWithLogits(logits: Sym, targets: Sym, options: { readonly weight?: Value } = {}): Sym {
  if (!sameShape(logits.shape, targets.shape))
    throw shapeError('bceWithLogits', `targets like the logits ${describe(logits)}`, describe(targets), 'Reshape one of them.');
  // softplus(z) - z t, whose gradient sigmoid(z) - t is right at z = 0 too
  const each = sub(softplus(logits), mul(logits, targets));
  return mean(options.weight === undefined ? each : mul(each, lift(options.weight)));
}

/** Mean squared difference. */
export function mse(a: Sym, b: Sym): Sym {
  if (!sameShape(a.shape, b.shape))
    throw shapeError('mse', `two tensors of one shape, like ${describe(a)}`, describe(b), 'Reshape one of them.');
  return mean(square(sub(a, b)));
}
