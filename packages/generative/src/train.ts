import { throwIfAborted, VerilensError, type CheckpointStore, type Runtime, type TrainProgress } from '@verilens/core';
import { random, shuffledBatches, type Parameters } from '@verilens/nn';
import { checkConfig, type GeneratorConfig } from './config.ts';
import { planeSize, planesOf, type Planes, type TrainingPictures } from './pictures.ts';

/** A generator after training: everything that opens it again. */
export interface TrainedGenerator<C extends GeneratorConfig = GeneratorConfig> {
  readonly config: C;
  readonly parameters: Parameters;
  readonly training: { readonly seed: number; readonly steps: number; readonly pictures: number; readonly data: string };
}

export interface GeneratorTraining<C extends GeneratorConfig = GeneratorConfig> {
  readonly runtime: Runtime;
  readonly config: C;
  readonly pictures: TrainingPictures;
  /** Named in the generator's file. */
  readonly data?: string;
  readonly seed: number;
  readonly steps: number;
  /** Default 32 */
  readonly batchSize?: number;
  /** Default: 1e-3 for a VAE, 2e-4 for a GAN (both its halves), 1e-3 for a DDPM. */
  readonly learningRate?: number;
  /** Show mirror images too. Default true. */
  readonly mirror?: boolean;
  readonly signal?: AbortSignal;
  readonly onProgress?: (progress: TrainProgress) => void;
  readonly checkpoints?: CheckpointStore;
  readonly checkpointEvery?: number;
  /** Default `<kind>.training.safetensors` */
  readonly checkpointName?: string;
}

/**
 * Trains a generator of any kind. Seeded: on native CPU with one number of threads equal options give equal bytes. A run
 * that was stopped goes on from its checkpoint.
 *
 * @throws VerilensError BAD_OPTION, BAD_INPUT, NOT_FINITE, ABORTED
 * @example
 * const trained = await trainGenerator({ runtime, config: SMALL_GENERATORS.ddpm, pictures, seed: 0, steps: 1500 });
 */
export async function trainGenerator<C extends GeneratorConfig>(options: GeneratorTraining<C>): Promise<TrainedGenerator<C>> {
  const { config, runtime, seed, steps, signal, batchSize = 32 } = options;
  checkConfig(config);
  throwIfAborted(signal, 'generative');
  if (!(Number.isInteger(steps) && steps >= 1))
    throw new VerilensError('BAD_OPTION', 'steps cannot be used', {
      place: 'generative',
      expected: 'a whole number from 1',
      got: String(steps),
    });
  const planes = planesOf(options.pictures, config.size);
  const run: TrainingRun = {
    runtime,
    seed,
    steps,
    batchSize,
    batch: pictureBatches(planes, { batchSize, seed, mirror: options.mirror ?? true }),
    fit: {
      signal,
      onProgress: options.onProgress,
      checkpoints: options.checkpoints,
      checkpointEvery: options.checkpointEvery,
      checkpointName: options.checkpointName ?? `${config.kind}.training.safetensors`,
    },
    ...(options.learningRate === undefined ? {} : { learningRate: options.learningRate }),
  };
  const parameters = await trainKind(config, run);
  return { config, parameters, training: { seed, steps, pictures: planes.count, data: options.data ?? 'not named' } };
}

/** What the three training loops share. */
export interface TrainingRun {
  readonly runtime: Runtime;
  readonly seed: number;
  readonly steps: number;
  readonly batchSize: number;
  readonly learningRate?: number;
  /** [batchSize, 3, S, S] of a step. */
  readonly batch: (step: number) => Float32Array;
  readonly fit: Pick<GeneratorTraining, 'signal' | 'onProgress' | 'checkpoints' | 'checkpointEvery' | 'checkpointName'>;
}

/** Loads the code of one kind only. */
async function trainKind(config: GeneratorConfig, run: TrainingRun): Promise<Parameters> {
  if (config.kind === 'vae') return (await import('./train-vae.ts')).trainVae(config, run);
  if (config.kind === 'gan') return (await import('./train-gan.ts')).trainGan(config, run);
  return (await import('./train-ddpm.ts')).trainDdpm(config, run);
}

/** Pictures of each step, half of them mirrored; what a batch holds follows from (seed, step) alone. */
export function pictureBatches(
  planes: Planes,
  options: { readonly batchSize: number; readonly seed: number; readonly mirror: boolean },
): (step: number) => Float32Array {
  const { batchSize, seed, mirror } = options;
  const order = shuffledBatches({ count: planes.count, batchSize, seed });
  const each = planeSize(planes.size);
  return (step) => {
    const out = new Float32Array(batchSize * each);
    const { uniform } = random(seed, 'generative batch', step);
    order(step).forEach((index, i) => {
      const source = planes.data.subarray(index * each, (index + 1) * each);
      const mirrored = mirror && uniform() < 0.5;
      if (!mirrored) out.set(source, i * each);
      else writeMirrored(source, planes.size, out, i * each);
    });
    return out;
  };
}

function writeMirrored(source: Float32Array, size: number, out: Float32Array, offset: number): void {
  for (let row = 0; row < source.length; row += size) for (let x = 0; x < size; x++) out[offset + row + x] = source[row + size - 1 - x]!;
}
