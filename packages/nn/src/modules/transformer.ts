import { VerilensError } from '@verilens/core';
import { xavierUniform } from '../initialisers.ts';
import { module, type Module } from '../module.ts';
import { add, gelu } from '../ops/elementwise.ts';
import { attention } from '../ops/normalisation.ts';
import { dropout } from '../draw.ts';
import { shapeError, describe, type Sym } from '../sym.ts';
import { dropped, type BranchOptions, type DropoutOptions } from './branch.ts';
import { layerNormModule, linear, type LinearParams } from './basic.ts';
import { joinHeads, linearHeads } from './heads.ts';

type Linear = Module<LinearParams, [x: Sym], Sym>;
type LinearHeads = ReturnType<typeof linearHeads>;
type Norm = ReturnType<typeof layerNormModule>;

export interface AttentionOptions {
  /** Added to the scores, broadcasts to [B, heads, T, T]: 0 keeps, -1e9 hides. */
  readonly mask?: Sym;
}
export type MultiHeadAttention = Module<{ readonly qkv: LinearHeads; readonly out: Linear }, [x: Sym, options?: AttentionOptions], Sym>;
export type Mlp = Module<{ readonly up: Linear; readonly down: Linear }, [x: Sym, options?: DropoutOptions], Sym>;
export type TransformerBlock = Module<
  { readonly norm1: Norm; readonly attention: MultiHeadAttention; readonly norm2: Norm; readonly mlp: Mlp },
  [x: Sym, options?: AttentionOptions & BranchOptions],
  Sym
>;

/** Self attention on x [B, T, width]. */
export function multiHeadAttention(width: number, heads: number): MultiHeadAttention {
  if (width % heads !== 0) {
    throw new VerilensError('BAD_OPTION', 'the width does not divide among the heads', {
      place: 'nn multiHeadAttention',
      expected: `a width that is a multiple of ${heads}`,
      got: String(width),
      remedy: 'Change width or heads.',
    });
  }
  const qkv = linearHeads(width, width, 3, heads);
  const out = linear(width, width, { init: xavierUniform() });
  return module('multiHeadAttention', { qkv, out }, (p, x: Sym, options: AttentionOptions = {}) => {
    if (x.shape.length !== 3 || x.shape[2] !== width)
      throw shapeError('multiHeadAttention', `x [B, T, ${width}]`, describe(x), 'Reshape to one sequence per row of the batch.');
    const [q, k, v] = qkv.apply(p.qkv, x) as [Sym, Sym, Sym];
    return out.apply(p.out, joinHeads(attention(q, k, v, options.mask === undefined ? {} : { mask: options.mask })));
  });
}

/** linear, activation (default GELU), linear over the last axis. */
export function mlp(width: number, hidden: number, options: { readonly activation?: (x: Sym) => Sym } = {}): Mlp {
  const { activation = gelu } = options;
  const up = linear(width, hidden, { init: xavierUniform() });
  const down = linear(hidden, width, { init: xavierUniform() });
  return module('mlp', { up, down }, (p, x: Sym, at: DropoutOptions = {}) =>
    down.apply(p.down, dropout(activation(up.apply(p.up, x)), at.dropout ?? 0, at.draw)),
  );
}

/** Pre-norm block: x + attention(norm(x)), then x + mlp(norm(x)). Dropout and stochastic depth, if asked for, act on both branches. */
export function transformerBlock(width: number, heads: number, options: { readonly mlpRatio?: number } = {}): TransformerBlock {
  const parts = {
    norm1: layerNormModule(width),
    attention: multiHeadAttention(width, heads),
    norm2: layerNormModule(width),
    mlp: mlp(width, Math.round(width * (options.mlpRatio ?? 4))),
  };
  return module('transformerBlock', parts, (p, x: Sym, at: AttentionOptions & BranchOptions = {}) => {
    const drop = (branch: Sym): Sym => dropped(branch, at);
    const mixed = add(x, drop(parts.attention.apply(p.attention, parts.norm1.apply(p.norm1, x), at)));
    return add(mixed, drop(parts.mlp.apply(p.mlp, parts.norm2.apply(p.norm2, mixed), at)));
  });
}
