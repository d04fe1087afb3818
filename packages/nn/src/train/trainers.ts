import { didYouMean, Tensor, VerilensError, type Runtime, type TensorMap } from '@verilens/core';
import { fillDraw } from '../draw.ts';
import type { Leaf } from '../module.ts';
import { random } from '../random.ts';
import { checkBatch, type Batch } from './batch.ts';
import { readCheckpoint, writeCheckpoint } from './checkpoint.ts';
import { notFinite } from './not-finite.ts';
import { initialValue, isOwned, packState, unpackState, type Parameters } from './parameter-store.ts';
import { isFiniteResult, type StepResult } from './step-result.ts';
import { loadStep, mostPerRun, type StepSession } from './step-session.ts';
import type { StateTensor, TrainingStep } from './training-step.ts';

export interface TrainerOptions {
  readonly runtime: Runtime;
  /** Whole number; fixes the initial weights and every random draw. */
  readonly seed: number;
  /** Initial values instead of the module's own, all or some. */
  readonly init?: Parameters;
}

/** Runs several training steps that share parameters, in any order, keeping their state. */
export interface Trainers<K extends string> extends AsyncDisposable {
  readonly seed: number;
  /** How often each step was done so far. */
  readonly done: Readonly<Record<K, number>>;
  /** @throws VerilensError NOT_FINITE (the state stays as before the step), BAD_SHAPE, BAD_INPUT, UNKNOWN_NAME, DISPOSED */
  step(name: K, batch: Batch, learningRate: number): Promise<StepResult>;
  /** The same step several times in one run of the runtime: `Trainer.runSteps`. */
  runSteps(
    name: K,
    batches: readonly Batch[],
    learningRates: readonly number[],
    onStep?: (result: StepResult, index: number) => void,
  ): Promise<readonly StepResult[]>;
  /** See `Trainer.mostPerRun`. */
  readonly mostPerRun: Readonly<Record<K, number>>;
  /** A copy of the parameters and of the states of modules: the last values, or the averages that `averaged` optimisers keep. */
  parameters(which?: 'last' | 'average'): Parameters;
  /** Everything needed to go on later, as safetensors. */
  save(): Uint8Array;
  /** Goes on from `save`d bytes. @throws VerilensError BAD_MODEL when they are of another model, optimiser or seed */
  load(bytes: Uint8Array): void;
  dispose(): Promise<void>;
}

/** Loads steps that `trainingSteps` wrote together onto a runtime. */
export async function createTrainers<K extends string>(
  steps: Readonly<Record<K, TrainingStep>>,
  options: TrainerOptions,
): Promise<Trainers<K>> {
  const { runtime, seed, init } = options;
  if (!Number.isSafeInteger(seed))
    throw new VerilensError('BAD_OPTION', 'the seed is not a whole number', {
      place: 'nn createTrainer',
      expected: 'a safe integer',
      got: String(seed),
    });
  const byName = new Map<string, TrainingStep>(Object.entries(steps));
  const [{ params, states }] = [...byName.values()] as [TrainingStep];
  const leaves = new Map<string, Leaf>([...params, ...states]);
  const state = [...new Map([...byName.values()].flatMap((step) => step.state.map((tensor) => [tensor.input, tensor] as const))).values()];
  checkLayouts(byName, state);
  const run = { steps: byName, state, leaves, seed };
  let tensors = packState(state, (name, { start }) => (start === 'own' ? initialValue(leaves, name, seed, init) : undefined));
  let done = new Map([...byName.keys()].map((name) => [name, 0]));
  let disposed = false;
  const sessions = new Map<string, StepSession>();
  for (const [name, step] of byName) sessions.set(name, await loadStep(step, runtime, `training step${name === '' ? '' : ` ${name}`}`));

  const find = (name: K): { readonly step: TrainingStep; readonly session: StepSession; readonly count: number } => {
    if (disposed) throw new VerilensError('DISPOSED', 'the trainer was disposed', { place: 'nn trainer', remedy: 'Create another one.' });
    const step = byName.get(name) ?? unknownStep(name, byName.keys());
    return { step, session: sessions.get(name)!, count: done.get(name)! };
  };
  /** What the step after `count` others is fed with, apart from the state. */
  const feedsOf = (name: K, step: TrainingStep, count: number, batch: Batch, learningRate: number): TensorMap => {
    const feeds: TensorMap = checkBatch(step, batch);
    for (const spec of step.draws) {
      const stream = name === '' ? random(seed, 'draw', count, spec.name) : random(seed, 'draw', name, count, spec.name);
      feeds[spec.name] = new Tensor('float32', fillDraw(spec, stream), spec.shape);
    }
    for (const [scalar, value] of Object.entries(step.scalars(count + 1, learningRate)))
      feeds[scalar] = new Tensor('float32', Float32Array.of(value), []);
    return feeds;
  };
  const stateOf = (step: TrainingStep): TensorMap => Object.fromEntries(step.state.map(({ input }) => [input, tensors[input]!]));

  const trainers: Trainers<K> = {
    seed,
    get done() {
      return Object.fromEntries(done) as Record<K, number>;
    },
    mostPerRun: Object.fromEntries([...byName].map(([name, step]) => [name, mostPerRun(step, runtime)])) as Record<K, number>,
    async step(name, batch, learningRate) {
      const { step, session, count } = find(name);
      const own = feedsOf(name, step, count, batch, learningRate);
      const before = stateOf(step);
      const { results, next } = await session.run(before, [own]);
      const [result] = results as [StepResult];
      if (!isFiniteResult(result)) {
        const { loss, metrics } = result;
        const { gradientNorm } = metrics;
        throw await notFinite({ step, runtime, feeds: { ...own, ...before }, done: count, loss, gradientNorm, learningRate });
      }
      tensors = { ...tensors, ...next };
      done.set(name, count + 1);
      return result;
    },
    async runSteps(name, batches, learningRates, onStep) {
      const { step, session, count } = find(name);
      if (batches.length !== learningRates.length)
        throw new VerilensError('BAD_INPUT', 'each step takes a batch and a learning rate', {
          place: 'nn trainer.runSteps',
          expected: `${batches.length} learning rates`,
          got: String(learningRates.length),
        });
      const oneByOne = async (): Promise<readonly StepResult[]> => {
        const results: StepResult[] = [];
        for (const [i, batch] of batches.entries()) {
          const result = await trainers.step(name, batch, learningRates[i]!);
          results.push(result);
          onStep?.(result, i);
        }
        return results;
      };
      if (!session.loops || batches.length < 2) return oneByOne();
      const own: TensorMap[] = [];
      let refused: { readonly error: unknown } | undefined;
      try {
        for (const [i, batch] of batches.entries()) own.push(feedsOf(name, step, count + i, batch, learningRates[i]!));
      } catch (error) {
        refused = { error };
      }
      if (own.length === 0) throw refused!.error;
      const { results, next } = await session.run(stateOf(step), own);
      // the state before a bad step was kept nowhere: the steps before it are done again, the same, and its error comes from `step`
      if (results.length < own.length || !results.every(isFiniteResult)) return oneByOne();
      tensors = { ...tensors, ...next };
      done.set(name, count + own.length);
      if (onStep !== undefined) results.forEach(onStep);
      if (refused !== undefined) throw refused.error;
      return results;
    },
    parameters(which = 'last') {
      const last = unpackState(state, tensors, (name, { slot }) => (isOwned(slot) ? name : undefined));
      if (which === 'last') return last;
      const average = unpackState(state, tensors, (name, { slot }) => (slot === 'average' ? name : undefined));
      if (average.size === 0)
        throw new VerilensError('UNSUPPORTED', 'no averages were kept', {
          place: 'nn trainer.parameters',
          remedy: 'Train with averaged(optimizer).',
        });
      return new Map([...last, ...average]);
    },
    save: () => writeCheckpoint(run, tensors, done),
    load(bytes) {
      ({ state: tensors, done } = readCheckpoint(run, bytes));
    },
    async dispose() {
      if (disposed) return;
      disposed = true;
      for (const session of sessions.values()) await session.dispose();
    },
    [Symbol.asyncDispose]: () => trainers.dispose(),
  };
  return trainers;
}

/** Steps written apart may keep the same parameters in other tensors. */
function checkLayouts(steps: ReadonlyMap<string, TrainingStep>, state: readonly StateTensor[]): void {
  const count = state.filter(({ slot }) => slot === 'param').length;
  for (const [name, step] of steps) {
    if (step.state.filter(({ slot }) => slot === 'param').length === count) continue;
    throw new VerilensError('BAD_OPTION', `step "${name}" keeps its parameters in other tensors than the rest`, {
      place: 'nn createTrainers',
      expected: 'steps made by one call of trainingSteps',
      got: [...steps.keys()].join(', '),
    });
  }
}

function unknownStep(name: string, known: Iterable<string>): never {
  throw new VerilensError('UNKNOWN_NAME', `there is no step "${name}"`, {
    place: 'nn trainers.step',
    got: name,
    remedy: didYouMean(name, known),
  });
}
