import { add, div, maximum, mul, neg, relu, softplus, sqrt, square, sub } from '../ops/elementwise.ts';
import { cast, equal, greater, where } from '../ops/logic.ts';
import { matmul } from '../ops/linear-algebra.ts';
import { logSoftmax } from '../ops/normalisation.ts';
import { mean, sum } from '../ops/reduce.ts';
import { constant } from '../ops/source.ts';
import { concat, unsqueeze } from '../ops/shape.ts';
import { describe, sameShape, shapeError, type Sym } from '../sym.ts';
import { crossEntropy } from './classification.ts';
import { cosine, offDiagonal, unitVectors } from '../functions/distances.ts';

interface Temperature {
  /** Divides the cosines. Default 0.1 */
  readonly temperature?: number;
}

/**
 * InfoNCE, van den Oord et al. 2018: each row of `queries` [B, d] must find its own row of `keys` [B, d] by cosine among all.
 * `symmetric` adds the other direction and takes the mean, as CLIP does.
 */
export function infoNce(queries: Sym, keys: Sym, options: Temperature & { readonly symmetric?: boolean } = {}): Sym {
  const { temperature = 0.1, symmetric = false } = options;
  checkPairs('infoNce', queries, keys);
  const own = constant(
    Int32Array.from({ length: queries.shape[0]! }, (_, i) => i),
    [queries.shape[0]!],
  );
  const [q, k] = [unitVectors(queries), unitVectors(keys)];
  const towards = (x: Sym, y: Sym): Sym => crossEntropy(mul(matmul(x, y, { transB: true }), 1 / temperature), own);
  return symmetric ? mul(add(towards(q, k), towards(k, q)), 0.5) : towards(q, k);
}

/** NT-Xent, Chen et al. 2020: rows of a and b [B, d] with the same number are two views of one sample; all other 2B - 2 rows repel. */
export function ntXent(a: Sym, b: Sym, options: Temperature = {}): Sym {
  checkPairs('ntXent', a, b);
  const n = a.shape[0]!;
  const partner = constant(
    Int32Array.from({ length: 2 * n }, (_, i) => (i + n) % (2 * n)),
    [2 * n],
  );
  return crossEntropy(similarities(concat([a, b], 0), options), partner);
}

/**
 * Supervised contrastive loss, Khosla et al. 2020 (outside form): rows z [B, d] of equal int32 label [B] attract. A row alone in
 * its class counts for nothing; at least one class must have two rows for the loss to be above 0.
 */
export function supervisedContrastive(z: Sym, labels: Sym, options: Temperature = {}): Sym {
  if (z.shape.length !== 2 || labels.dtype !== 'int32' || !sameShape(labels.shape, [z.shape[0]!]))
    throw shapeError(
      'supervisedContrastive',
      'embeddings [B, d] with int32 labels [B]',
      `${describe(z)} with ${describe(labels)}`,
      'Flatten each sample into one row.',
    );
  const positive = mul(cast(equal(unsqueeze(labels, 1), unsqueeze(labels, 0)), 'float32'), offDiagonal(z.shape[0]!));
  const count = sum(positive, 1);
  const each = div(sum(mul(logSoftmax(similarities(z, options), 1), positive), 1), maximum(count, 1));
  const taken = cast(greater(count, 0), 'float32');
  return neg(div(sum(each), maximum(sum(taken), 1)));
}

/** Cosines over temperature with the diagonal pushed so low that a softmax gives it nothing. */
function similarities(z: Sym, { temperature = 0.1 }: Temperature): Sym {
  const n = z.shape[0]!;
  const unit = unitVectors(z);
  const hidden = constant(
    Float32Array.from({ length: n * n }, (_, i) => (i % (n + 1) === 0 ? -1e9 : 0)),
    [n, n],
  );
  return add(mul(matmul(unit, unit, { transB: true }), 1 / temperature), hidden);
}

/**
 * Mean over the batch of how much further the negative is than the positive should be: max(0, d(a, p) - d(a, n) + margin) with
 * Euclidean distances, Schroff et al. 2015; `soft` takes softplus(d(a, p) - d(a, n)) instead, Hermans et al. 2017.
 */
export function tripletLoss(
  anchor: Sym,
  positive: Sym,
  negative: Sym,
  options: { readonly margin?: number; readonly soft?: boolean } = {},
): Sym {
  const { margin = 0.2, soft = false } = options;
  checkPairs('tripletLoss', anchor, positive);
  checkPairs('tripletLoss', anchor, negative);
  const distance = (a: Sym, b: Sym): Sym => sqrt(maximum(sum(square(sub(a, b)), 1), 1e-12));
  const gap = sub(distance(anchor, positive), distance(anchor, negative));
  return mean(soft ? softplus(gap) : relu(add(gap, margin)));
}

/** 1 - cosine for pairs whose target is 1, max(0, cosine - margin) for those with -1; rows a and b [B, d], float32 targets [B]. */
export function cosineEmbedding(a: Sym, b: Sym, targets: Sym, options: { readonly margin?: number } = {}): Sym {
  checkPairs('cosineEmbedding', a, b);
  const c = cosine(a, b);
  return mean(where(greater(targets, 0), sub(1, c), relu(sub(c, options.margin ?? 0))));
}

function checkPairs(op: string, a: Sym, b: Sym): void {
  if (a.shape.length === 2 && sameShape(a.shape, b.shape)) return;
  throw shapeError(op, 'matrices [B, d] of one shape', `${describe(a)} and ${describe(b)}`, 'Flatten each sample into one row.');
}
