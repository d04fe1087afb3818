import * as nn from '../../src/index.ts';
import type { Sym } from '../../src/index.ts';
import type { Builders } from './builders.ts';

const labelled = (labels: number[] | undefined): Sym => nn.constant(Int32Array.from(labels!), [labels!.length]);
/** Builders of `fixtures/basics.py`. */
export const basics = {
  gelu: (_: object, x: Sym) => nn.gelu(x),
  silu: (_: object, x: Sym) => nn.silu(x),
  softplus: (_: object, x: Sym) => nn.softplus(x),
  relu: (_: object, x: Sym) => nn.relu(x),
  layerNorm: (_: object, x: Sym, g: Sym, b: Sym) => nn.layerNorm(x, g, b),
  softmax: (a: { axis?: number }, x: Sym) => nn.softmax(x, a.axis),
  attention: (_: object, q: Sym, k: Sym, v: Sym, mask?: Sym) => nn.attention(q, k, v, mask === undefined ? {} : { mask }),
  conv2d: (a: object, x: Sym, w: Sym, b?: Sym) => nn.conv2d(x, w, b, a),
  maxPool2d: (a: object, x: Sym) => nn.maxPool2d(x, a as nn.PoolOptions),
  avgPool2d: (a: object, x: Sym) => nn.avgPool2d(x, a as nn.PoolOptions),
  bceWithLogits: (_: object, z: Sym, t: Sym) => nn.bceWithLogits(z, t),
  crossEntropy: (a: { labels?: number[]; labelSmoothing?: number }, x: Sym, t?: Sym) => nn.crossEntropy(x, t ?? labelled(a.labels), a),
  embedding: (a: { labels?: number[] }, w: Sym) => nn.square(nn.gather(w, labelled(a.labels))),
} satisfies Builders;
