import {
  add,
  concat,
  expand,
  layerNormModule,
  linear,
  mean,
  module,
  param,
  reshape,
  slice,
  transformerBlock,
  truncatedNormalInit,
  type Module,
  type ParamSpec,
  type Sym,
  type TransformerBlock,
} from '@verilens/nn';

/** A Vision Transformer over patches that are already cut: [batch, patches, patch]. */
export interface VitConfig {
  readonly width: number;
  readonly depth: number;
  readonly heads: number;
  readonly mlpRatio: number;
  /** Length of the sequence; with a class token that is one of them. */
  readonly tokens: number;
  readonly patch: number;
  readonly classes: number;
  readonly pool: 'class-token' | 'mean';
}

type Linear = ReturnType<typeof linear>;

interface VitParams {
  readonly classToken?: ParamSpec;
  readonly position: ParamSpec;
  readonly embed: Linear;
  readonly blocks: readonly TransformerBlock[];
  readonly norm: ReturnType<typeof layerNormModule>;
  readonly head: Linear;
}

export function patches({ tokens, pool }: VitConfig): number {
  return pool === 'class-token' ? tokens - 1 : tokens;
}

/** x [B, patches, patch] -> logits [B, classes]. `peers/networks.py` has the same network. */
export function vit(config: VitConfig): Module<VitParams, [x: Sym], Sym> {
  const { width, depth, heads, mlpRatio, tokens, patch, classes, pool } = config;
  const small = truncatedNormalInit(0.02);
  const embed = linear(patch, width);
  const blocks = Array.from({ length: depth }, () => transformerBlock(width, heads, { mlpRatio }));
  const norm = layerNormModule(width);
  const head = linear(width, classes);
  const params: VitParams = {
    ...(pool === 'class-token' ? { classToken: param([1, 1, width], small, { decay: false }) } : {}),
    position: param([1, tokens, width], small),
    embed,
    blocks,
    norm,
    head,
  };
  return module('vit', params, (p, x: Sym) => {
    const batch = x.shape[0]!;
    let t = embed.apply(p.embed, x);
    if (p.classToken !== undefined) t = concat([expand(p.classToken, [batch, 1, width]), t], 1);
    t = add(t, p.position);
    blocks.forEach((block, i) => {
      t = block.apply(p.blocks[i]!, t);
    });
    t = norm.apply(p.norm, t);
    return head.apply(p.head, pool === 'mean' ? mean(t, [1]) : reshape(slice(t, { axis: 1, start: 0, end: 1 }), [batch, width]));
  });
}
