import { add, concat, embedding, expand, layerNormModule, linear, module, param, reshape, slice, transformerBlock, truncatedNormalInit, type Module, type Sym } from '@verilens/nn';
import { bagLength, checkConfig, type StdtConfig } from './config.ts';
import { patchLength } from './traces.ts';

/** A batch of bags. */
export interface BagSyms {
  /** [B, k * m, patchLength] */
  readonly patches: Sym;
  /** [B, k * m] int32, grid cell of each patch; unused by `rank` positions. */
  readonly cells: Sym;
  /** [B, k * m] int32, frame of each patch; unused by `rank` positions. */
  readonly frames: Sym;
}

/**
 * The network: an ordinary pre-norm Vision Transformer over one bag of patches (framework figure of arXiv 2207.06612).
 * Linear projection of the patches, class token, position embeddings, transformer blocks, final LayerNorm, and one
 * fully connected layer on the class token -> logits [B, 2] (real, forged).
 */
export function stdtNetwork(options: StdtConfig): Module<any, [BagSyms], Sym> {
  const config = checkConfig(options);
  const { dim } = config;
  const length = bagLength(config);
  const parts = {
    project: linear(patchLength(config), dim),
    classToken: param([1, 1, dim], truncatedNormalInit(0.02)),
    blocks: Array.from({ length: config.depth }, () => transformerBlock(dim, config.heads, { mlpRatio: config.mlpRatio })),
    norm: layerNormModule(dim),
    head: linear(dim, 2),
    ...(config.positions === 'rank'
      ? { positions: param([1, length + 1, dim], truncatedNormalInit(0.02)) }
      : { cells: embedding(config.grid * config.grid, dim), frames: embedding(config.frames, dim) }),
  };
}
