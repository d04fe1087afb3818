import type { CheckpointStore, Runtime, TrainProgress } from '@verilens/core';
import type { PostProcessingLaw } from '@verilens/data';
import {
  adam,
  bceWithLogits,
  cosine,
  createTrainer,
  fit,
  float32,
  random,
  shuffledBatches,
  targetOf,
  trainingStep,
  type Batch,
  type Parameters,
} from '@verilens/nn';
import type { F2cConfig } from './config.ts';
import { f2cNetwork } from './model.ts';
import { referenceFilter } from './reference-filter.ts';
import { augmentedTiles, countOf, joinTiles, writePlanes, type TileSet } from './tile-set.ts';

export interface ClassifierTraining {
  readonly runtime: Runtime;
  readonly config: F2cConfig;
  /** As many of each: the classes are shown equally often. */
  readonly real: TileSet;
  readonly generated: TileSet;
  readonly seed: number;
  readonly epochs: number;
  readonly batchSize: number;
  readonly learningRate: number;
  /** What tiles go through, drawn anew for each epoch and alike for both classes. Default: nothing. */
  readonly augment?: readonly PostProcessingLaw[];
  readonly signal?: AbortSignal;
  readonly onProgress?: (progress: TrainProgress) => void;
  readonly checkpoints?: CheckpointStore;
  readonly checkpointName?: string;
}

export interface TrainedClassifier {
  readonly parameters: Parameters;
  /** 1 / standard deviation of what the filter gives over the training tiles. */
  readonly scale: number;
}

/** Binary cross-entropy, Adam, cosine decay. Bit-identical for equal options on native CPU. */
export async function trainClassifier(options: ClassifierTraining): Promise<TrainedClassifier> {
  const { runtime, config, seed, epochs, batchSize, augment } = options;
  const all = joinTiles([options.real, options.generated]);
  const reals = countOf(options.real);
  const count = countOf(all);
  const scale = 1 / deviationOf(config, all);
  const network = f2cNetwork(config, scale);
  const step = trainingStep({
    module: network,
    inputs: { tiles: float32([batchSize, 3, config.tile, config.tile]), labels: float32([batchSize]) },
    loss: (p, { tiles, labels }) => ({ loss: bceWithLogits(network.apply(p, tiles), labels) }),
    optimizer: adam(),
    target: targetOf(runtime),
  });
  await using trainer = await createTrainer(step, { runtime, seed });
  const perEpoch = Math.floor(count / batchSize);
  const steps = epochs * perEpoch;
  const order = shuffledBatches({ count, batchSize, seed });
  let epochTiles: { readonly epoch: number; readonly tiles: Promise<TileSet> } | undefined;
  const tilesOf = (epoch: number): Promise<TileSet> => {
    if (augment === undefined) return Promise.resolve(all);
    if (epochTiles?.epoch !== epoch) epochTiles = { epoch, tiles: augmentedTiles(all, augment, `f2c/augment/${seed}/${epoch}`) };
    return epochTiles.tiles;
  };
  await fit({
    trainer,
    steps,
    schedule: cosine({ peak: options.learningRate, steps, warmup: Math.ceil(0.05 * steps) }),
    batch: async (at) => drawBatch(await tilesOf(Math.floor(at / perEpoch)), order(at), reals, seed, at),
    signal: options.signal,
    onProgress: options.onProgress,
    checkpoints: options.checkpoints,
    checkpointName: options.checkpointName ?? 'f2c.training.safetensors',
  });
  return { parameters: trainer.parameters(), scale };
}

/** Half of the tiles are mirrored; what a batch holds follows from (seed, step). */
function drawBatch(all: TileSet, places: Int32Array, reals: number, seed: number, step: number): Batch {
  const each = 3 * all.width ** 2;
  const tiles = new Float32Array(places.length * each);
  const { uniform } = random(seed, 'f2c batch', step);
  places.forEach((place, i) => writePlanes(all, place, tiles, i * each, uniform() < 0.5));
  return { tiles, labels: Float32Array.from(places, (place) => (place < reals ? 0 : 1)) };
}

/** Tiles the scale is taken over at most. */
const SCALE_TILES = 200;

/** Standard deviation of the filtered pixels, channel by channel, of an even sample of the tiles. */
export function deviationOf(config: F2cConfig, tiles: TileSet): number {
  if (config.feed === 'spectrum') return 1;
  const filter = referenceFilter(config, config.tile);
  const step = Math.max(1, Math.floor(countOf(tiles) / SCALE_TILES));
  const area = config.tile ** 2;
  let [squares, count] = [0, 0];
  const plane = new Float32Array(3 * area);
  for (let i = 0; i < countOf(tiles); i += step) {
    writePlanes(tiles, i, plane, 0);
    for (let c = 0; c < 3; c++) {
      const channel = plane.subarray(c * area, (c + 1) * area);
      const filtered = config.view === 'pixels' ? channel.map((v) => v - 0.5) : filter(channel);
      for (const value of filtered) squares += value * value;
      count += area;
    }
  }
  return Math.max(1e-6, Math.sqrt(squares / count));
}
