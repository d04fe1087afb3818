import * as nn from '../../src/index.ts';
import type { Sym } from '../../src/index.ts';
import type { Builders } from './builders.ts';

/** A module's tree with the given tensors as its parameters, in the order they were declared. */
function bound<P>(module: { readonly params: P }, weights: readonly Sym[]): nn.Syms<P> {
  const names = [...nn.namedParams(module).keys()];
  return nn.bindParams(module, (name, { shape }) => {
    const at = names.indexOf(name);
    return at === -1 ? nn.zeros(shape) : weights[at]!;
  });
}

/** Builders of `fixtures/attention-blocks.py`. */
export const attentionBlocks = {
  crossAttention: (a: { source: number }, x: Sym, source: Sym, ...weights: Sym[]) => {
    const layer = nn.crossAttention(6, 2, a);
    return layer.apply(bound(layer, weights), x, source);
  },
  decoderBlock: (a: { norm: 'pre' | 'post'; activation: 'gelu' | 'relu'; keep: number[][] }, x: Sym, source: Sym, ...weights: Sym[]) => {
    const layer = nn.decoderBlock(6, 2, { norm: a.norm, activation: a.activation === 'gelu' ? nn.gelu : nn.relu, mlpRatio: 2 });
    const keep = nn.constant(Float32Array.from(a.keep.flat()), [2, 4]);
    return layer.apply(bound(layer, weights), x, source, { mask: nn.causalMask(3), sourceMask: nn.keyMask(keep) });
  },
  timeEmbedding: (_: object, t: Sym) => nn.timeEmbedding(t, 8),
  residualBlock: (_: object, x: Sym, ...weights: Sym[]) => {
    const layer = nn.residualBlock(2, 3, { stride: 2 });
    return layer.apply(bound(layer, weights), x, { statistics: 'batch' });
  },
} satisfies Builders;
