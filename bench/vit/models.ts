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
  readonly batch: number;
  readonly pool: 'class-token' | 'mean';
}

/** `stdt` has the sizes of the small networks of the STDT plugin; the other two are the usual small ones. */
export const VITS: Readonly<Record<string, VitConfig>> = {
  stdt: { width: 64, depth: 4, heads: 4, mlpRatio: 2, tokens: 65, patch: 192, classes: 2, batch: 32, pool: 'class-token' },
  vit64: { width: 64, depth: 4, heads: 4, mlpRatio: 4, tokens: 17, patch: 192, classes: 10, batch: 32, pool: 'mean' },
  vit192: { width: 192, depth: 4, heads: 3, mlpRatio: 4, tokens: 65, patch: 48, classes: 10, batch: 16, pool: 'mean' },
};

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

/** x [B, patches, patch] -> logits [B, classes]. `peers/vit.py` is the same network. */
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

/** One batch that every contender sees: noise from a counter, labels in turn. */
export function batchOf(config: VitConfig): { readonly x: Float32Array; readonly y: Int32Array } {
  const x = new Float32Array(config.batch * patches(config) * config.patch);
  let state = 1;
  for (let i = 0; i < x.length; i++) {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    x[i] = state / 2 ** 32 - 0.5;
  }
  return { x, y: Int32Array.from({ length: config.batch }, (_, i) => i % config.classes) };
}
