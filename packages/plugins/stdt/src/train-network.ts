import { type CheckpointStore, type Runtime, type TrainProgress } from '@verilens/core';
import { createRandom, type Random } from '@verilens/data';
import {
  adamW,
  add,
  cosine,
  createTrainer,
  crossEntropy,
  div,
  fit,
  float32,
  int32,
  mean,
  mul,
  reshape,
  shuffledBatches,
  slice,
  sub,
  targetOf,
  trainingStep,
  type Batch,
  type Parameters,
  type Sym,
} from '@verilens/nn';
import { bagLength, type StdtConfig } from './config.ts';
import { drawBag, type DropoutMode } from './dropout.ts';
import { mirrored } from './mirror.ts';
import { stdtNetwork } from './model.ts';
import { clipAt, type Samples } from './samples.ts';
import { patchLength, writeBag } from './traces.ts';

/** How long and how fast a network learns. The optimiser is AdamW with cosine decay and 5 % warm-up, as in the method's description. */
export interface Schedule {
  readonly epochs: number;
  readonly batchSize: number;
  readonly learningRate: number;
  readonly weightDecay: number;
  /** Weight of the demand that one more interpolation leaves real clips' scores where they are, for samples in groups of four. Default 0 */
  readonly agreement?: number;
}

/** How a clip is varied each time it is seen, besides its mirror image and its light. Equal for all frames, and for twins. */
export interface Augmentation {
  /** Shift in whole pixels, uniform +- per axis; the border is repeated. */
  readonly shiftPx: number;
  /** Light that falls off across the face, uniform +- from its middle to its edge per axis, relative. */
  readonly shade: number;
}

export interface NetworkTraining {
  readonly runtime: Runtime;
  readonly config: StdtConfig;
  readonly schedule: Schedule;
  readonly samples: Samples;
  readonly augmentation?: Augmentation;
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
  const { batchSize, agreement = 0 } = schedule;
  const count = bagLength(config);
  const network = stdtNetwork(config);
  const places = { cells: int32([batchSize, count]), frames: int32([batchSize, count]) };
  const step = trainingStep({
    module: network,
    inputs: { patches: float32([batchSize, count, patchLength(config)]), labels: int32([batchSize]), ...places },
    loss: (p, { patches, cells, frames, labels }) => {
      const logits = network.apply(p, { patches, cells, frames });
      const wrong = crossEntropy(logits, labels);
      return { loss: agreement > 0 ? add(wrong, mul(reaction(logits), agreement)) : wrong };
    },
    optimizer: adamW({ weightDecay: schedule.weightDecay }),
    clipNorm: 1,
    target: targetOf(runtime),
  });
  await using trainer = await createTrainer(step, { runtime, seed });
  const steps = schedule.epochs * Math.floor(samples.count / batchSize);
  const order = batches(samples, batchSize, seed);
  const random = createRandom(`stdt/${seed}`);
  await fit({
    trainer,
    steps,
    schedule: cosine({ peak: schedule.learningRate, steps, warmup: Math.ceil(0.05 * steps) }),
    batch: (at) => drawBatch(samples, order(at), config, options.mode ?? 'spatiotemporal', random.fork(at), options.augmentation),
    signal: options.signal,
    onProgress: options.onProgress,
    checkpoints: options.checkpoints,
    checkpointEvery: options.checkpointEvery,
    checkpointName: options.checkpointName,
  });
  return trainer.parameters();
}

/** Clips of each step; groups stay together. */
function batches({ count, group = 1 }: Samples, batchSize: number, seed: number): (step: number) => Int32Array {
  const order = shuffledBatches({ count: count / group, batchSize: batchSize / group, seed });
  return group === 1
    ? order
    : (step) => Int32Array.from({ length: batchSize }, (_, i) => order(step)[Math.floor(i / group)]! * group + (i % group));
}

/**
 * How far one more interpolation moves real clips: squared mean change of their log-odds over the variance of all, of
 * logits [B, 2] of groups of four (real, forged, and both interpolated once more). Free of the scale of the log-odds:
 * less of it means forgeries further off in units of that change.
 */
function reaction(logits: Sym): Sym {
  const groups = Number(logits.shape[0]) / 4;
  const side = (at: number): Sym => slice(logits, { axis: 1, start: at, end: at + 1 });
  const odds = reshape(sub(side(1), side(0)), [groups, 4]);
  const place = (at: number): Sym => slice(odds, { axis: 1, start: at, end: at + 1 });
  const change = mean(sub(place(2), place(0)));
  const off = sub(odds, mean(odds));
  return div(mul(change, change), add(mean(mul(off, off)), 0.05));
}

/** Random bags of clips, varied at random, groups alike; what a batch holds follows from the step's own stream. */
export function drawBatch(
  samples: Samples,
  indices: Int32Array,
  config: StdtConfig,
  mode: DropoutMode,
  random: Random,
  augmentation?: Augmentation,
): Batch {
  const { group = 1 } = samples;
  const count = bagLength(config);
  const length = patchLength(config);
  const patches = new Float32Array(indices.length * count * length);
  const cells = new Int32Array(indices.length * count);
  const frames = new Int32Array(indices.length * count);
  const labels = new Int32Array(indices.length);
  const scratch = new Uint8Array(samples.frames * samples.size * samples.size * 3);
  indices.forEach((index, i) => {
    const own = group === 1 ? random : random.fork(Math.floor(i / group));
    const pixels = augment(clipAt(samples, index), samples, own, scratch, augmentation);
    const bag = drawBag(config, own, mode);
    writeBag(pixels, config, bag, patches, i * count * length);
    cells.set(bag.cells, i * count);
    frames.set(bag.frames, i * count);
    labels[i] = samples.labels[index]!;
  });
  return { patches, cells, frames, labels };
}

/** Per clip, equal for all its frames: a mirror half of the time, a gain of +-15 % a channel, an offset of +-10 %. */
function augment(pixels: Uint8Array, samples: Samples, random: Random, out: Uint8Array, augmentation?: Augmentation): Uint8Array {
  const seen = random.chance(0.5) ? mirrored(pixels, samples.size) : pixels;
  const offset = random.uniform(-0.1, 0.1) * 127;
  const tables = [0, 1, 2].map(() => {
    const gain = 1 + random.uniform(-0.15, 0.15);
    return Uint8ClampedArray.from({ length: 256 }, (_, value) => (value - 127.5) * gain + 127.5 + offset);
  });
  const [red, green, blue] = tables as [Uint8ClampedArray, Uint8ClampedArray, Uint8ClampedArray];
  for (let i = 0; i < seen.length; i += 3) {
    out[i] = red[seen[i]!]!;
    out[i + 1] = green[seen[i + 1]!]!;
    out[i + 2] = blue[seen[i + 2]!]!;
  }
  if (augmentation !== undefined) vary(out, samples, augmentation, random);
  return out;
}

function vary(pixels: Uint8Array, { frames, size }: Samples, { shiftPx, shade }: Augmentation, random: Random): void {
  const [right, down] = [random.integer(-shiftPx, shiftPx + 1), random.integer(-shiftPx, shiftPx + 1)];
  const [across, along] = [random.uniform(-shade, shade), random.uniform(-shade, shade)];
  const from = new Uint8Array(size * size * 3);
  const inside = (place: number): number => Math.max(0, Math.min(size - 1, place));
  for (let frame = 0, to = 0; frame < frames; frame++) {
    from.set(pixels.subarray(frame * from.length, (frame + 1) * from.length));
    for (let y = 0; y < size; y++) {
      const row = inside(y + down) * size;
      const light = 1 + along * ((2 * y) / (size - 1) - 1) - across;
      const step = (2 * across) / (size - 1);
      for (let x = 0; x < size; x++) {
        const at = (row + inside(x + right)) * 3;
        const gain = light + step * x;
        for (let c = 0; c < 3; c++) {
          const value = from[at + c]! * gain + 0.5;
          pixels[to++] = value > 255 ? 255 : value;
        }
      }
    }
  }
}
