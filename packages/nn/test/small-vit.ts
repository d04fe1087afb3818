import {
  add,
  concat,
  expand,
  layerNormModule,
  linear,
  module,
  param,
  reshape,
  slice,
  transformerBlock,
  truncatedNormalInit,
  type Module,
  type Sym,
} from '../src/index.ts';
import type { AttentionOptions, DropoutOptions } from '../src/index.ts';

export interface SmallVitOptions {
  readonly width: number;
  readonly depth: number;
  readonly heads: number;
  readonly patch: number;
  readonly tokens: number;
  readonly classes: number;
}

/** A Vision Transformer on patches [B, tokens, patch] with a class token: what the tests train. */
export function smallVit({
  width,
  depth,
  heads,
  patch,
  tokens,
  classes,
}: SmallVitOptions): Module<unknown, [x: Sym, options?: AttentionOptions & DropoutOptions], Sym> {
  const embed = linear(patch, width);
  const blocks = Array.from({ length: depth }, () => transformerBlock(width, heads));
  const norm = layerNormModule(width);
  const head = linear(width, classes);
  const params = {
    cls: param([1, 1, width], truncatedNormalInit(0.02)),
    position: param([1, tokens + 1, width], truncatedNormalInit(0.02)),
    embed,
    blocks,
    norm,
    head,
  };
  const vit = module('vit', params, (p, x: Sym, options: AttentionOptions & DropoutOptions = {}) => {
    const batch = x.shape[0]!;
    let t = add(concat([expand(p.cls, [batch, 1, width]), embed.apply(p.embed, x)], 1), p.position);
    blocks.forEach((block, i) => {
      t = block.apply(p.blocks[i]!, t, options);
    });
    return head.apply(p.head, reshape(slice(norm.apply(p.norm, t), { axis: 1, start: 0, end: 1 }), [batch, width]));
  });
  return vit as unknown as Module<unknown, [x: Sym, options?: AttentionOptions & DropoutOptions], Sym>;
}
