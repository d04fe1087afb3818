import * as nn from '../../src/index.ts';
import type { Sym } from '../../src/index.ts';
import type { Builders } from './builders.ts';

const dense = (x: Sym, w1: Sym, b1: Sym, w2: Sym): Sym => nn.matmul(nn.softplus(nn.add(nn.matmul(x, w1), b1)), w2);
const conv = (x: Sym, k: Sym, b: Sym, w: Sym): Sym =>
  nn.matmul(nn.mean(nn.softplus(nn.conv2d(x, k, b, { stride: 2, padding: 1 })), [2, 3]), w);

/** Builders of `fixtures/second-order.py`. */
export const secondOrder = {
  gradientPenalty: ({ net, length }: { net: 'dense' | 'conv'; length: 0 | 1 }, x: Sym, a: Sym, b: Sym, c: Sym) =>
    nn.gradientPenalty((net === 'dense' ? dense : conv)(x, a, b, c), x, { length }),
  gradientMatching: (
    { labels, distance }: { labels: number[]; distance: 'squared' | 'cosine' },
    made: Sym,
    real: Sym,
    ...weights: Sym[]
  ) => {
    const [k, b, w] = weights as [Sym, Sym, Sym];
    const towards = (x: Sym): Sym[] =>
      nn.gradients(nn.crossEntropy(conv(x, k, b, w), nn.constant(Int32Array.from(labels), [labels.length])), weights);
    return nn.gradientMatching(towards(made), towards(real), { distance });
  },
} satisfies Builders;
