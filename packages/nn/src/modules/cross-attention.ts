import { VerilensError } from '@verilens/core';
import { xavierUniform } from '../initialisers.ts';
import { module, type Module } from '../module.ts';
import { add, gelu } from '../ops/elementwise.ts';
import { attention } from '../ops/normalisation.ts';
import { describe, shapeError, type Sym } from '../sym.ts';
import { dropped, type BranchOptions } from './branch.ts';
import { layerNormModule, linear, type LinearParams } from './basic.ts';
import { joinHeads, linearHeads, splitHeads } from './heads.ts';
import { mlp, multiHeadAttention, type AttentionOptions, type Mlp, type MultiHeadAttention } from './transformer.ts';

type Linear = Module<LinearParams, [x: Sym], Sym>;
type Norm = ReturnType<typeof layerNormModule>;

export type CrossAttention = Module<
  { readonly query: Linear; readonly keyValue: ReturnType<typeof linearHeads>; readonly out: Linear },
  [x: Sym, source: Sym, options?: AttentionOptions],
  Sym
>;

/** Attention of x [B, T, width] to another sequence [B, S, source] (default: as wide as x). The mask broadcasts to [B, heads, T, S]. */
export function crossAttention(width: number, heads: number, options: { readonly source?: number } = {}): CrossAttention {
  const from = options.source ?? width;
  if (width % heads !== 0) {
    throw new VerilensError('BAD_OPTION', 'the width does not divide among the heads', {
      place: 'nn crossAttention',
      expected: `a width that is a multiple of ${heads}`,
      got: String(width),
      remedy: 'Change width or heads.',
    });
  }
  const parts = {
    query: linear(width, width, { init: xavierUniform() }),
    keyValue: linearHeads(from, width, 2, heads),
    out: linear(width, width, { init: xavierUniform() }),
  };
  return module('crossAttention', parts, (p, x: Sym, source: Sym, at: AttentionOptions = {}) => {
    const [batch] = x.shape;
    if (
      x.shape.length !== 3 ||
      x.shape[2] !== width ||
      source.shape.length !== 3 ||
      source.shape[0] !== batch ||
      source.shape[2] !== from
    ) {
      throw shapeError(
        'crossAttention',
        `x [B, T, ${width}] and a source [B, S, ${from}]`,
        `${describe(x)} and ${describe(source)}`,
        'Both are sequences of one batch; the option `source` sets the width of the second.',
      );
    }
    const q = splitHeads(parts.query.apply(p.query, x), heads);
    const [k, v] = parts.keyValue.apply(p.keyValue, source) as [Sym, Sym];
    return parts.out.apply(p.out, joinHeads(attention(q, k, v, at.mask === undefined ? {} : { mask: at.mask })));
  });
}

export interface DecoderBlockOptions {
  /** Width of the other sequence. Default: that of x. */
  readonly source?: number;
  /** Hidden width of the MLP over that of x. Default 4 */
  readonly mlpRatio?: number;
  /** Where layer normalisation stands: before each branch (the default) or after each sum, as first published. */
  readonly norm?: 'pre' | 'post';
  /** Of the MLP. Default gelu */
  readonly activation?: (x: Sym) => Sym;
}
export interface DecoderOptions extends BranchOptions {
  /** Mask of the self attention, e.g. `causalMask(T)`. */
  readonly mask?: Sym;
  /** Mask of the attention to the source, e.g. `keyMask(keep)`. */
  readonly sourceMask?: Sym;
}
export type DecoderBlock = Module<
  {
    readonly norm1: Norm;
    readonly attention: MultiHeadAttention;
    readonly norm2: Norm;
    readonly cross: CrossAttention;
    readonly norm3: Norm;
    readonly mlp: Mlp;
  },
  [x: Sym, source: Sym, options?: DecoderOptions],
  Sym
>;

/** Vaswani et al. 2017: self attention, attention to another sequence, MLP, each added to what it was given. */
export function decoderBlock(width: number, heads: number, options: DecoderBlockOptions = {}): DecoderBlock {
  const { norm = 'pre', activation = gelu } = options;
  const parts = {
    norm1: layerNormModule(width),
    attention: multiHeadAttention(width, heads),
    norm2: layerNormModule(width),
    cross: crossAttention(width, heads, options.source === undefined ? {} : { source: options.source }),
    norm3: layerNormModule(width),
    mlp: mlp(width, Math.round(width * (options.mlpRatio ?? 4)), { activation }),
  };
  return module('decoderBlock', parts, (p, x: Sym, source: Sym, at: DecoderOptions = {}) => {
    const masked = (mask: Sym | undefined): AttentionOptions => (mask === undefined ? {} : { mask });
    const step = (y: Sym, normalise: (y: Sym) => Sym, branch: (y: Sym) => Sym): Sym =>
      norm === 'pre' ? add(y, dropped(branch(normalise(y)), at)) : normalise(add(y, dropped(branch(y), at)));
    const own = step(
      x,
      (y) => parts.norm1.apply(p.norm1, y),
      (y) => parts.attention.apply(p.attention, y, masked(at.mask)),
    );
    const mixed = step(
      own,
      (y) => parts.norm2.apply(p.norm2, y),
      (y) => parts.cross.apply(p.cross, y, source, masked(at.sourceMask)),
    );
    return step(
      mixed,
      (y) => parts.norm3.apply(p.norm3, y),
      (y) => parts.mlp.apply(p.mlp, y, at),
    );
  });
}
