import { throwIfAborted, VerilensError, type CheckpointStore, type TrainProgress } from '@verilens/core';
import { random } from '../random.ts';
import type { Batch } from './batch.ts';
import type { Schedule } from './schedules.ts';
import type { Trainable } from './alternating.ts';
import { paceOf } from './pace.ts';
import type { StepResult } from './step-result.ts';

export interface FitOptions<B = Batch> {
  /** A `Trainer`, or steps that take turns (`alternating`). */
  readonly trainer: Trainable<B>;
  /** Steps in all, those of an earlier, interrupted run included. */
  readonly steps: number;
  /** A function of the step alone. */
  readonly schedule: Schedule;
  /** The data of a step. Make it a function of the step alone, so that a resumed run sees the same. The next ones are asked for before a step runs. */
  readonly batch: (step: number, signal: AbortSignal | undefined) => B | Promise<B>;
  /** How many batches are asked for ahead. More than 1 pays when they are made elsewhere, e.g. by `workerBatches`. Default 1 */
  readonly prefetch?: number;
  /**
   * How many steps are done in one run of the runtime (`trainer.runSteps`; Keras calls it `steps_per_execution`). It never changes
   * results: weights, checkpoints and what is reported are the same bits for any number. Progress of a run is reported for each
   * step in order when the run is over, so that what reads the trainer in `onProgress` sees it after the whole run, and a signal
   * is heeded between runs. Checkpoints end a run. `auto` puts as many measured steps in a run as take a second, up to 16 and to
   * 64 MiB of batches, once it is clear that more than 10 s are to come. Losses that take turns, and GPUs, do single steps.
   * Default `auto`
   */
  readonly stepsPerRun?: number | 'auto';
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
    stepsPerRun = 'auto',
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
  const pace = paceOf(stepsPerRun, trainer.mostPerRun ?? 1);
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
  let at = trainer.steps;
  while (at < steps) {
    if (signal?.aborted) {
      await save();
      throwIfAborted(signal, 'nn fit');
    }
    const toCheckpoint = checkpoints === undefined ? Infinity : checkpointEvery - (at % checkpointEvery);
    const count = trainer.runSteps === undefined ? 1 : Math.min(pace.next(steps - at), toCheckpoint);
    askUpTo(at + count);
    const { batches, learningRates, failed } = await gather(ahead.splice(0, count), at, schedule);
    if (failed === undefined) askUpTo(at + 2 * count - 1 + prefetch);
    const from = at;
    const report = ({ loss, metrics }: StepResult, i: number): void =>
      onProgress?.({ step: from + i + 1, steps, loss, learningRate: learningRates[i]!, metrics });
    const began = performance.now();
    if (batches.length > 1) await trainer.runSteps!(batches, learningRates, report);
    else if (batches.length === 1) report(await trainer.step(batches[0]!, learningRates[0]!), 0);
    if (failed !== undefined) throw failed.error;
    pace.took(count, performance.now() - began);
    at += count;
    if (trainer.steps % checkpointEvery === 0) await save();
    if (Date.now() - breath > BREATH_MS) {
      await breathe();
      breath = Date.now();
    }
  }
  await save();
}

/** The batches and learning rates of a run up to the first that cannot be had. */
async function gather<B>(
  made: readonly Promise<{ batch: B } | { error: unknown }>[],
  from: number,
  schedule: Schedule,
): Promise<{ readonly batches: B[]; readonly learningRates: number[]; readonly failed?: { readonly error: unknown } }> {
  const batches: B[] = [];
  const learningRates: number[] = [];
  try {
    for (const [i, next] of made.entries()) {
      const data = await next;
      if ('error' in data) throw data.error;
      const learningRate = schedule(from + i);
      if (!Number.isFinite(learningRate))
        throw new VerilensError('BAD_OPTION', 'the schedule gave no finite learning rate', {
          place: 'nn fit',
          expected: 'a finite number',
          got: `${learningRate} at step ${from + i}`,
        });
      batches.push(data.batch);
      learningRates.push(learningRate);
    }
  } catch (error) {
    return { batches, learningRates, failed: { error } };
  }
  return { batches, learningRates };
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
