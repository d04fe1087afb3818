import { throwIfAborted, type CheckpointStore, type Runtime, type TrainProgress } from '@verilens/core';
import { photoCrops, type Photo } from '@verilens/data';
import {
  bytesOf,
  openGenerator,
  readGenerator,
  trainGenerator,
  writeGenerator,
  type DdpmConfig,
  type TrainedGenerator,
} from '@verilens/generative';
import { PLACE } from './config.ts';
import type { SmallRecipe } from './recipe.ts';
import type { TileSet } from './tile-set.ts';

export interface ZooOptions {
  readonly runtime: Runtime;
  readonly recipe: SmallRecipe;
  readonly seed: number;
  /** Side of the pictures. */
  readonly size: number;
  readonly signal?: AbortSignal;
  readonly checkpoints?: CheckpointStore;
  readonly onProgress?: (generator: string, progress: TrainProgress) => void;
}

/** Trains every generator of the recipe on pieces of the same photographs; finished ones are read from the checkpoints. */
export async function trainZoo(photos: readonly Photo[], options: ZooOptions): Promise<ReadonlyMap<string, TrainedGenerator>> {
  const { runtime, recipe, seed, size, signal, checkpoints } = options;
  const pictures = photoCrops(photos, { size, count: recipe.generatorPictures, seed: 'f2c/zoo' });
  const zoo = new Map<string, TrainedGenerator>();
  for (const [name, { config, steps }] of Object.entries(recipe.generators)) {
    throwIfAborted(signal, PLACE);
    const file = `zoo-${name}-${seed}.safetensors`;
    const kept = await checkpoints?.read(file);
    if (kept !== undefined) {
      zoo.set(name, readGenerator(kept));
      continue;
    }
    const trained = await trainGenerator({
      runtime,
      config,
      pictures,
      data: `${photos.length} photographs: ${photos.map((photo) => photo.name).join(', ')}`,
      seed,
      steps,
      signal,
      checkpoints,
      checkpointName: `zoo-${name}-${seed}.training.safetensors`,
      onProgress: (progress) => options.onProgress?.(name, progress),
    });
    await checkpoints?.write(file, writeGenerator(trained));
    zoo.set(name, trained);
  }
  return zoo;
}

export interface SampleOptions {
  readonly runtime: Runtime;
  readonly count: number;
  readonly seed: number;
  /** Diffusion alone. */
  readonly steps?: number;
  readonly eta?: number;
  readonly signal?: AbortSignal;
  readonly checkpoints?: CheckpointStore;
}

/** Pictures that are kept at a time; a multiple of a sampler's batches, so that pieces hold the same bits as the whole. */
const PIECE = 96;

/** Pictures of one generator, rounded to bytes as a file would hold them; finished ones are read from the checkpoints. */
export async function zooTiles(name: string, trained: TrainedGenerator, options: SampleOptions): Promise<TileSet> {
  const { runtime, count, seed, steps, eta, signal, checkpoints } = options;
  const width = trained.config.size;
  const each = 3 * width * width;
  const pixels = new Uint8Array(count * each);
  await using sampler = await openGenerator(trained as TrainedGenerator<DdpmConfig>, runtime, { signal });
  const diffusion = trained.config.kind === 'ddpm' ? { steps, eta } : {};
  for (let first = 0; first < count; first += PIECE) {
    const now = Math.min(PIECE, count - first);
    const file = `samples-${name}-${seed}-${steps ?? 0}-${eta ?? 0}-${first}-${now}.bin`;
    let piece = await checkpoints?.read(file);
    if (piece?.length !== now * each) {
      piece = bytesOf(await sampler.sample({ count: now, first, seed, signal, ...diffusion })).pixels;
      await checkpoints?.write(file, piece);
    }
    pixels.set(piece, first * each);
  }
  return { width, pixels };
}
