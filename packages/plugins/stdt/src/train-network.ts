import { type CheckpointStore, type Runtime, type TrainProgress } from '@verilens/core';
import { createRandom, type Random } from '@verilens/data';
import {
  adamW,
  cosine,
  createTrainer,
  crossEntropy,
  fit,
  float32,
  int32,
  shuffledBatches,
  targetOf,
  trainingStep,
  type Batch,
  type Parameters,
} from '@verilens/nn';
import { bagLength, type StdtConfig } from './config.ts';
import { drawBag, type DropoutMode } from './dropout.ts';
import { stdtNetwork } from './model.ts';
import { clipAt, type Samples } from './samples.ts';
import { patchLength, writeBag } from './traces.ts';

/** How long and how fast a network learns. The optimiser is AdamW with cosine decay and 5 % warm-up, as in the sheet. */
export interface Schedule {
  readonly epochs: number;
  readonly batchSize: number;
  readonly learningRate: number;
  readonly weightDecay: number;
}

export interface NetworkTraining {
  readonly runtime: Runtime;
  readonly config: StdtConfig;
  readonly schedule: Schedule;
  readonly samples: Samples;
  readonly seed: number;
  readonly mode?: DropoutMode;
  readonly signal?: AbortSignal;
  readonly onProgress?: (progress: TrainProgress) => void;
  readonly checkpoints?: CheckpointStore;
  readonly checkpointEvery?: number;
  readonly checkpointName?: string;
}

/** Trains one network with a fresh spatiotemporal draw each time a clip is seen. Bit-identical for equal options on native CPU. */
export async function trainNetwork(options: NetworkTraining): Promise<Parameters> {
  const { runtime, config, schedule, samples, seed } = options;
  const { batchSize } = schedule;
  const count = bagLength(config);
  const network = stdtNetwork(config);
  const places = { cells: int32([batchSize, count]), frames: int32([batchSize, count]) };
  const step = trainingStep({
    module: network,
    inputs: { patches: float32([batchSize, count, patchLength(config)]), labels: int32([batchSize]), ...places },
    loss: (p, { patches, cells, frames, labels }) => ({ loss: crossEntropy(network.apply(p, { patches, cells, frames }), labels) }),
    optimizer: adamW({ weightDecay: schedule.weightDecay }),
    clipNorm: 1,
    target: targetOf(runtime),
  });
  await using trainer = await createTrainer(step, { runtime, seed });
  const steps = schedule.epochs * Math.floor(samples.count / batchSize);
  const order = shuffledBatches({ count: samples.count, batchSize, seed });
  const random = createRandom(`stdt/${seed}`);
  await fit({
    trainer,
    steps,
    schedule: cosine({ peak: schedule.learningRate, steps, warmup: Math.ceil(0.05 * steps) }),
    batch: (at) => drawBatch(samples, order(at), config, options.mode ?? 'spatiotemporal', random.fork(at)),
    signal: options.signal,
    onProgress: options.onProgress,
    checkpoints: options.checkpoints,
    checkpointEvery: options.checkpointEvery,
    checkpointName: options.checkpointName,
  });
  return trainer.parameters();
}

/** Random bags of clips, flipped and re-lit at random; what a batch holds follows from the step's own stream. */
export function drawBatch(samples: Samples, indices: Int32Array, config: StdtConfig, mode: DropoutMode, random: Random): Batch {
  const count = bagLength(config);
  const length = patchLength(config);
  const patches = new Float32Array(indices.length * count * length);
  const cells = new Int32Array(indices.length * count);
  const frames = new Int32Array(indices.length * count);
  const labels = new Int32Array(indices.length);
  const scratch = new Uint8Array(samples.frames * samples.size * samples.size * 3);
  indices.forEach((index, i) => {
    const pixels = augment(clipAt(samples, index), samples, random, scratch);
    const bag = drawBag(config, random, mode);
    writeBag(pixels, config, bag, patches, i * count * length);
    cells.set(bag.cells, i * count);
    frames.set(bag.frames, i * count);
    labels[i] = samples.labels[index]!;
  });
  return { patches, cells, frames, labels };
}

/** Per clip, equal for all its frames: a mirror half of the time, a gain of +-15 % a channel, an offset of +-10 %. */
function augment(pixels: Uint8Array, { frames, size }: Samples, random: Random, out: Uint8Array): Uint8Array {
  const mirrored = random.chance(0.5);
  const offset = random.uniform(-0.1, 0.1) * 127;
  const tables = [0, 1, 2].map(() => {
    const gain = 1 + random.uniform(-0.15, 0.15);
    return Uint8ClampedArray.from({ length: 256 }, (_, value) => (value - 127.5) * gain + 127.5 + offset);
  });
  const [red, green, blue] = tables as [Uint8ClampedArray, Uint8ClampedArray, Uint8ClampedArray];
  for (let row = 0; row < frames * size; row++) {
    const start = row * size * 3;
    for (let x = 0; x < size; x++) {
      const from = start + (mirrored ? size - 1 - x : x) * 3;
      const to = start + x * 3;
      out[to] = red[pixels[from]!]!;
      out[to + 1] = green[pixels[from + 1]!]!;
      out[to + 2] = blue[pixels[from + 2]!]!;
    }
  }
  return out;
}
