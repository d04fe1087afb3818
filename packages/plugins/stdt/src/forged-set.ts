import { buildRealClipSet, type ClipSet, type ForgeOperation } from '@verilens/data';
import type { Material } from './material.ts';
import type { PairRecipe, SmallRecipe } from './recipe.ts';
import { pickSamples, type Samples } from './samples.ts';

/** Forged clips, `perOperation` of each kind that either network learns, and as many real ones as the larger network needs. */
export function forgedSet(
  { windows, photos }: Material,
  perOperation: number,
  seed: string,
  recipe: SmallRecipe,
  signal?: AbortSignal,
): Promise<ClipSet> {
  const operations = [...recipe.temporal.operations, ...recipe.spatial.operations];
  const real = Math.max(recipe.temporal.operations.length, recipe.spatial.operations.length) * perOperation;
  return buildRealClipSet({
    windows,
    photos,
    amount: { real, forged: operations.length * perOperation },
    operations,
    photoShare: photos.length > 0 ? recipe.photoShare : 0,
    selfDonorShare: photos.length > 0 ? recipe.selfDonorShare : 1,
    parameters: recipe.forging,
    seed,
    signal,
  });
}

/** Forged clips of a network that learns from pairs, each after its real twin. */
export function pairedSet(
  { windows, photos }: Material,
  operations: readonly ForgeOperation[],
  { perOperation, again, forging }: PairRecipe,
  seed: string,
  recipe: SmallRecipe,
  signal?: AbortSignal,
): Promise<ClipSet> {
  return buildRealClipSet({
    windows,
    photos,
    amount: { pairs: operations.length * perOperation, again },
    operations,
    photoShare: photos.length > 0 ? recipe.photoShare : 0,
    selfDonorShare: photos.length > 0 ? recipe.selfDonorShare : 1,
    parameters: forging,
    seed,
    signal,
  });
}

/** The clips of these operations and as many real ones. */
export function samplesOf(set: ClipSet, operations: readonly ForgeOperation[]): Samples & { readonly identities: readonly string[] } {
  const places = set.kinds.map((kind, place) => ({ kind, place }));
  const forged = places.filter(({ kind }) => (operations as readonly string[]).includes(kind)).map(({ place }) => place);
  const real = places.filter(({ kind }) => kind === 'real').map(({ place }) => place);
  const chosen = [...real.slice(0, forged.length), ...forged];
  return { ...pickSamples(set, chosen), identities: chosen.map((place) => set.identities[place]!) };
}
