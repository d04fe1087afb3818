import { buildRealClipSet, type ClipSet, type ForgeOperation } from '@verilens/data';
import type { Material } from './material.ts';
import type { SmallRecipe } from './recipe.ts';

/** As many real as forged clips. */
export function forgedSet({ windows, photos }: Material, operations: readonly ForgeOperation[], count: number, seed: string, recipe: SmallRecipe, signal?: AbortSignal): Promise<ClipSet> {
  const { photoShare, selfDonorShare } = recipe;
  return buildRealClipSet({
    windows,
    photos,
    amount: { real: count, forged: count },
    operations,
    photoShare: photos.length > 0 ? photoShare : 0,
    selfDonorShare: photos.length > 0 ? selfDonorShare : 1,
    seed,
    signal,
  });
}
