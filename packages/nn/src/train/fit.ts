import { throwIfAborted, VerilensError, type CheckpointStore, type TrainProgress } from '@verilens/core';
import { random } from '../random.ts';
import type { Batch } from './batch.ts';
import type { Schedule } from './schedules.ts';
import type { Trainable } from './alternating.ts';

export interface FitOptions<B = Batch> {
  /** A `Trainer`, or steps that take turns (`alternating`). */
  readonly trainer: Trainable<B>;
  /** Steps in all, those of an earlier, interrupted run included. */
  readonly steps: number;
  readonly schedule: Schedule;
  /** The data of a step. Make it a function of the step alone, so that a resumed run sees the same. The next ones are asked for before a step runs. */
  readonly batch: (step: number, signal: AbortSignal | undefined) => B | Promise<B>;
  /** How many batches are asked for ahead. More than 1 pays when they are made elsewhere, e.g. by `workerBatches`. Default 1 */
  readonly prefetch?: number;
  readonly signal?: AbortSignal;
  readonly onProgress?: (progress: TrainProgress) => void;
  /** Read for a checkpoint at the start, written every `checkpointEvery` steps and at the end. */
  readonly checkpoints?: CheckpointStore;
  /** Default 100 */
  readonly checkpointEvery?: number;
  /** Default `training.safetensors` */
  readonly checkpointName?: string;
}

/** A breath for timers, signals and I/O: a native run blocks the thread. */
const BREATH_MS = 50;
const breathe = (): Promise<void> => new Promise((done) => setTimeout(done, 0));

/**
 * Trains until `steps` are done. @throws VerilensError ABORTED when the signal fires (a checkpoint is written first), and what `trainer.step` throws.
 */
export async function fit<B = Batch>(options: FitOptions<B>): Promise<void> {
  const {
    trainer,
    steps,
    schedule,
    batch,
    prefetch = 1,
    signal,
    onProgress,
    checkpoints,
    checkpointEvery = 100,
    checkpointName = 'training.safetensors',
  } = options;
  if (!(Number.isInteger(prefetch) && prefetch >= 1))
    throw new VerilensError('BAD_OPTION', 'prefetch is a number of batches', {
      place: 'nn fit',
      expected: 'a whole number from 1',
      got: String(prefetch),
    });
  throwIfAborted(signal, 'nn fit');
  const found = trainer.steps === 0 ? await checkpoints?.read(checkpointName) : undefined;
  if (found !== undefined) trainer.load(found);
  let saved = trainer.steps;
  const save = async (): Promise<void> => {
    if (saved === trainer.steps) return;
    await checkpoints?.write(checkpointName, trainer.save());
    saved = trainer.steps;
  };
  let breath = Date.now();
  // batches asked for, oldest first
  const ahead: Promise<{ batch: B } | { error: unknown }>[] = [];
  let asked = trainer.steps;
  const askUpTo = (end: number): void => {
    for (; asked < Math.min(steps, end); asked++) ahead.push(prepare(batch, asked, signal));
  };
  askUpTo(asked + prefetch);
  for (let next = ahead.shift(); next !== undefined; next = ahead.shift()) {
    if (signal?.aborted) {
      await save();
      throwIfAborted(signal, 'nn fit');
    }
    const step = trainer.steps;
    const data = await next;
    if ('error' in data) throw data.error;
    askUpTo(step + 1 + prefetch);
    const learningRate = schedule(step);
    if (!Number.isFinite(learningRate))
      throw new VerilensError('BAD_OPTION', 'the schedule gave no finite learning rate', {
        place: 'nn fit',
        expected: 'a finite number',
        got: `${learningRate} at step ${step}`,
      });
    const { loss, metrics } = await trainer.step(data.batch, learningRate);
    onProgress?.({ step: step + 1, steps, loss, learningRate, metrics });
    if (trainer.steps % checkpointEvery === 0) await save();
    if (Date.now() - breath > BREATH_MS) {
      await breathe();
      breath = Date.now();
    }
  }
  await save();
}

/** Starts making a batch; a failure is kept until the batch is used, so that it is never unhandled. */
async function prepare<B>(
  batch: FitOptions<B>['batch'],
  step: number,
  signal: AbortSignal | undefined,
): Promise<{ batch: B } | { error: unknown }> {
  try {
    return { batch: await batch(step, signal) };
  } catch (error) {
    return { error };
  }
}

/** Indices of the samples of each step: every epoch is a fresh permutation of 0..count-1, and a step's answer depends on (seed, step) alone. The last, incomplete batch of an epoch is left out. */
export function shuffledBatches(options: {
  readonly count: number;
  readonly batchSize: number;
  readonly seed: number;
}): (step: number) => Int32Array {
  const { count, batchSize, seed } = options;
  if (!(count >= batchSize && batchSize >= 1))
    throw new VerilensError('BAD_OPTION', 'too few samples for a batch', {
      place: 'nn shuffledBatches',
      expected: `count >= batchSize >= 1`,
      got: `count ${count}, batchSize ${batchSize}`,
    });
  const perEpoch = Math.floor(count / batchSize);
  let known: { epoch: number; order: Int32Array } | undefined;
  return (step) => {
    const epoch = Math.floor(step / perEpoch);
    if (known?.epoch !== epoch) known = { epoch, order: permutation(count, seed, epoch) };
    const from = (step % perEpoch) * batchSize;
    return known.order.slice(from, from + batchSize);
  };
}

function permutation(count: number, seed: number, epoch: number): Int32Array {
  const order = Int32Array.from({ length: count }, (_, i) => i);
  const { below } = random(seed, 'epoch', epoch);
  for (let i = count - 1; i > 0; i--) {
    const j = below(i + 1);
    [order[i], order[j]] = [order[j]!, order[i]!];
  }
  return order;
}
