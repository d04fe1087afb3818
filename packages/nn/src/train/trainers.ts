import { didYouMean, Tensor, VerilensError, type Runtime, type Session, type TensorMap } from '@verilens/core';
import { fillDraw } from '../draw.ts';
import type { Leaf } from '../module.ts';
import { random } from '../random.ts';
import { checkBatch, type Batch } from './batch.ts';
import { readCheckpoint, writeCheckpoint } from './checkpoint.ts';
import { notFinite } from './not-finite.ts';
import { initialValue, isOwned, packState, unpackState, type Parameters } from './parameter-store.ts';
import type { StateTensor, TrainingStep } from './training-step.ts';

export interface StepResult {
  readonly loss: number;
  /** The loss function's metrics and `gradientNorm`, the length of the whole gradient before clipping. */
  readonly metrics: Readonly<Record<string, number>>;
}

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
  const sessions = new Map<string, Session>();
  for (const [name, step] of byName)
    sessions.set(name, await runtime.load(step.onnx, { name: `training step${name === '' ? '' : ` ${name}`}` }));

  const trainers: Trainers<K> = {
    seed,
    get done() {
      return Object.fromEntries(done) as Record<K, number>;
    },
    async step(name, batch, learningRate) {
      if (disposed) throw new VerilensError('DISPOSED', 'the trainer was disposed', { place: 'nn trainer', remedy: 'Create another one.' });
      const step = byName.get(name) ?? unknownStep(name, byName.keys());
      const count = done.get(name)!;
      const feeds: TensorMap = checkBatch(step, batch);
      for (const { input } of step.state) feeds[input] = tensors[input]!;
      for (const spec of step.draws) {
        const stream = name === '' ? random(seed, 'draw', count, spec.name) : random(seed, 'draw', name, count, spec.name);
        feeds[spec.name] = new Tensor('float32', fillDraw(spec, stream), spec.shape);
      }
      for (const [scalar, value] of Object.entries(step.scalars(count + 1, learningRate)))
        feeds[scalar] = new Tensor('float32', Float32Array.of(value), []);
      const results = await sessions.get(name)!.run(feeds);
      const number = (output: string): number => (results[output]!.data as Float32Array)[0]!;
      const loss = number('loss');
      const metrics = Object.fromEntries(step.metrics.map((metric) => [metric, number(`metric.${metric}`)]));
      const { gradientNorm } = metrics;
      if (!Number.isFinite(loss) || !Number.isFinite(gradientNorm))
        throw await notFinite({ step, runtime, feeds, done: count, loss, gradientNorm, learningRate });
      tensors = { ...tensors };
      for (const { input, output } of step.state) if (output !== undefined) tensors[input] = results[output]!;
      done.set(name, count + 1);
      return { loss, metrics };
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
