import {
  add,
  concat,
  embedding,
  expand,
  layerNormModule,
  linear,
  module,
  namedParams,
  param,
  reshape,
  slice,
  transformerBlock,
  truncatedNormalInit,
  type LinearParams,
  type Module,
  type ParamSpec,
  type Sym,
  type TransformerBlock,
} from '@verilens/nn';
import { bagLength, checkConfig, type StdtConfig } from './config.ts';
import { patchLength } from './traces.ts';

/** A batch of bags. */
export interface BagSyms {
  /** [B, k * m, patchLength] */
  readonly patches: Sym;
  /** int32 [B, k * m], grid cell of each patch. Left out with `rank` positions. */
  readonly cells?: Sym;
  /** int32 [B, k * m], frame of each patch. Left out with `rank` positions. */
  readonly frames?: Sym;
}

type Linear = Module<LinearParams, [x: Sym], Sym>;
type Embedding = ReturnType<typeof embedding>;

export interface StdtParams {
  readonly project: Linear;
  readonly classToken: ParamSpec;
  /** One for the class token and one for each place in the bag: [1, k * m + 1, D]. */
  readonly places?: ParamSpec;
  readonly cells?: Embedding;
  readonly frames?: Embedding;
  readonly blocks: readonly TransformerBlock[];
  readonly norm: ReturnType<typeof layerNormModule>;
  readonly head: Linear;
}

export type StdtNetwork = Module<StdtParams, [bags: BagSyms], Sym>;

/**
 * An ordinary pre-norm Vision Transformer over one bag of patches (framework figure of arXiv 2207.06612): linear
 * projection, class token, position embeddings, blocks, final LayerNorm, one fully connected layer on the class token.
 * Answer: logits [B, 2] (real, forged).
 */
export function stdtNetwork(config: StdtConfig): StdtNetwork {
  checkConfig(config);
  const { dim } = config;
  const count = bagLength(config);
  const small = truncatedNormalInit(0.02);
  const rank = config.positions === 'rank';
  const project = linear(patchLength(config), dim);
  const blocks = Array.from({ length: config.depth }, () => transformerBlock(dim, config.heads, { mlpRatio: config.mlpRatio }));
  const norm = layerNormModule(dim, { epsilon: 1e-6 });
  const head = linear(dim, 2);
  const cells = rank ? undefined : embedding(config.grid ** 2, dim);
  const frames = rank ? undefined : embedding(config.frames, dim);
  const params: StdtParams = {
    project,
    classToken: param([1, 1, dim], small, { decay: false }),
    ...(cells !== undefined && frames !== undefined ? { cells, frames } : { places: param([1, count + 1, dim], small, { decay: false }) }),
    blocks,
    norm,
    head,
  };
  return module('stdt', params, (p, bags: BagSyms) => {
    const batch = bags.patches.shape[0]!;
    const seen = project.apply(p.project, bags.patches);
    const token = expand(p.classToken, [batch, 1, dim]);
    let x: Sym;
    if (cells !== undefined && frames !== undefined) {
      const where = add(cells.apply(p.cells!, bags.cells!), frames.apply(p.frames!, bags.frames!));
      x = concat([token, add(seen, where)], 1);
    } else {
      x = add(concat([token, seen], 1), p.places!);
    }
    blocks.forEach((block, i) => {
      x = block.apply(p.blocks[i]!, x);
    });
    const first = reshape(slice(x, { axis: 1, start: 0, end: 1 }), [batch, dim]);
    return head.apply(p.head, norm.apply(p.norm, first));
  });
}

/** Weights of a configuration. */
export function parameterCount(config: StdtConfig): number {
  let count = 0;
  for (const { shape } of namedParams(stdtNetwork(config)).values()) count += shape.reduce((size, n) => size * n, 1);
  return count;
}
