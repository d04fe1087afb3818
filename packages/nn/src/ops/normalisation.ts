import { broadcastShapes, describe, make, normalAxis, sameShape, shapeError, sizeOf, type Rule, type Sym } from '../sym.ts';
import { add, exp, mul, neg, sub } from './elementwise.ts';
import { matmul } from './linear-algebra.ts';
import { mean, sum, sumTo } from './reduce.ts';
import { reshape } from './shape.ts';

type NormalisationOp = 'softmax' | 'logSoftmax' | 'layerNorm' | 'layerNormStatistic' | 'attention';

function checkLayerNorm(x: Sym, gamma: Sym, beta: Sym): void {
  const width = x.shape.at(-1);
  if (width === undefined || !sameShape(gamma.shape, [width]) || !sameShape(beta.shape, [width])) {
    throw shapeError(
      'layerNorm',
      `gamma and beta of [${width ?? 'last axis of x'}] for x ${describe(x)}`,
      `${describe(gamma)} and ${describe(beta)}`,
      'The layer normalises the last axis: check its width.',
    );
  }
}

export const normalisationRules: { [O in NormalisationOp]: Rule<O> } = {
  softmax: {
    shape: ([x]) => ({ shape: x.shape, dtype: 'float32' }),
    // y (dy - sum(dy y))
    gradient: ({ dy, y, attrs: { axis } }) => [mul(y, sub(dy, sum(mul(dy, y), axis, { keep: true })))],
  },
  logSoftmax: {
    shape: ([x]) => ({ shape: x.shape, dtype: 'float32' }),
    // dy - softmax(x) sum(dy)
    gradient: ({ dy, y, attrs: { axis } }) => [sub(dy, mul(exp(y), sum(dy, axis, { keep: true })))],
  },
  layerNorm: {
    shape: ([x, gamma, beta]) => {
      checkLayerNorm(x, gamma, beta);
      return { shape: x.shape, dtype: 'float32' };
    },
    // xhat = (x - m) r;  dx = r (g - mean(g) - xhat mean(g xhat)) with g = dy gamma; the second mean is a product with gamma
    gradient: ({ dy, inputs: [x, gamma, beta], attrs }) => {
      const statistic = (which: 'mean' | 'inverseDeviation'): Sym =>
        make('layerNormStatistic', normalisationRules.layerNormStatistic, [x, gamma, beta], { ...attrs, which });
      const r = statistic('inverseDeviation');
      const xhat = mul(sub(x, statistic('mean')), r);
      const along = mul(dy, xhat);
      const g = mul(dy, gamma);
      const width = gamma.shape[0]!;
      const share = matmul(along, reshape(mul(gamma, 1 / width), [width, 1]));
      const dx = mul(r, sub(sub(g, mean(g, -1, { keep: true })), mul(xhat, share)));
      return [dx, sumTo(along, gamma.shape), sumTo(dy, beta.shape)];
    },
  },
  layerNormStatistic: {
    shape: ([x, gamma, beta]) => {
      checkLayerNorm(x, gamma, beta);
      return { shape: [...x.shape.slice(0, -1), 1], dtype: 'float32' };
    },
    // dm/dx = 1/n;  dr/dx = -r^3 (x - m) / n
    gradient: ({ dy, y, inputs: [x, gamma, beta], attrs }) => {
      const n = x.shape.at(-1)!;
      if (attrs.which === 'mean') return [add(mul(dy, 1 / n), mul(x, 0)), null, null];
      const m = make('layerNormStatistic', normalisationRules.layerNormStatistic, [x, gamma, beta], { ...attrs, which: 'mean' });
      return [mul(neg(mul(dy, mul(mul(y, mul(y, y)), 1 / n))), sub(x, m)), null, null];
    },
  },
  attention: {
    shape: ([q, k, v, mask]) => {
      const [b, h, t, d] = q.shape;
      const s = k.shape[2];
      const fits =
        q.shape.length === 4 &&
        sameShape(k.shape, [b!, h!, s!, d!]) &&
        v.shape.length === 4 &&
        sameShape(v.shape.slice(0, 3), [b!, h!, s!]);
      if (!fits)
        throw shapeError(
          'attention',
          'q [B, heads, T, d], k [B, heads, S, d], v [B, heads, S, e]',
          `${describe(q)}, ${describe(k)}, ${describe(v)}`,
          'Split the heads first.',
        );
      if (mask !== undefined) {
        const scores = [b!, h!, t!, s!];
        const joint = broadcastShapes(mask.shape, scores);
        if (joint === undefined || !sameShape(joint, scores) || mask.dtype !== 'float32') {
          throw shapeError(
            'attention',
            `a float32 mask that broadcasts to [${scores.join(', ')}]`,
            describe(mask),
            'The mask is added to the scores: 0 keeps, -1e9 hides.',
          );
        }
      }
      return { shape: [b!, h!, t!, v.shape[3]!], dtype: 'float32' };
    },
    // O = P V with P = softmax(S); dV = P^T dO, dP = dO V^T, dS = P (dP - sum(dO O)), dQ = scale dS K, dK = scale dS^T Q
    gradient: ({ dy, y, inputs: [q, k, v, mask], attrs: { scale } }) => {
      const raw = matmul(q, k, { transB: true, alpha: scale });
      const p = softmax(mask === undefined ? raw : add(raw, mask));
      const dS = mul(p, sub(matmul(dy, v, { transB: true }), sum(mul(dy, y), -1, { keep: true })));
      const dQ = matmul(dS, k, { alpha: scale });
      const dK = matmul(dS, q, { transA: true, alpha: scale });
      const dV = matmul(p, dy, { transA: true });
      return mask === undefined ? [dQ, dK, dV] : [dQ, dK, dV, sumTo(dS, mask.shape)];
    },
  },
};

export function softmax(x: Sym, axis = -1): Sym {
  return make('softmax', normalisationRules.softmax, [x], { axis: normalAxis('softmax', axis, x.shape.length) });
}

export function logSoftmax(x: Sym, axis = -1): Sym {
  return make('logSoftmax', normalisationRules.logSoftmax, [x], { axis: normalAxis('logSoftmax', axis, x.shape.length) });
}

/**
 * Normalises the last axis to mean 0 and variance 1, then scales by gamma and shifts by beta (both [last axis]). With gamma and
 * beta of several axes, those last axes of x are normalised together.
 */
export function layerNorm(x: Sym, gamma: Sym, beta: Sym, epsilon = 1e-5): Sym {
  const axes = gamma.shape.length;
  const fits = axes > 0 && sameShape(gamma.shape, beta.shape) && sameShape(x.shape.slice(-axes), gamma.shape);
  // the rule refuses what does not fit
  if (!fits || (axes === 1 && x.shape.length === 2)) return make('layerNorm', normalisationRules.layerNorm, [x, gamma, beta], { epsilon });
  const width = sizeOf(gamma.shape);
  const rows = reshape(x, [sizeOf(x.shape) / width, width]);
  return reshape(layerNorm(rows, reshape(gamma, [width]), reshape(beta, [width]), epsilon), x.shape);
}

/**
 * softmax(scale q k^T + mask) v for q [B, heads, T, d], k and v [B, heads, S, d].
 * `mask` is added to the scores and broadcasts to [B, heads, T, S]: 0 keeps a key, -1e9 hides it. `scale` defaults to 1/sqrt(d).
 */
export function attention(q: Sym, k: Sym, v: Sym, options: { readonly mask?: Sym; readonly scale?: number } = {}): Sym {
  const scale = options.scale ?? 1 / Math.sqrt(q.shape.at(-1) ?? 1);
  return make('attention', normalisationRules.attention, options.mask === undefined ? [q, k, v] : [q, k, v, options.mask], { scale });
}
