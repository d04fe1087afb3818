import { Tensor, VerilensError, type Runtime, type Session, type TensorMap } from '@verilens/core';
import { fillDraw } from '../draw.ts';
import type { Leaf } from '../module.ts';
import { random } from '../random.ts';
import { readSafetensors, writeSafetensors, type NamedTensor } from '../safetensors.ts';
import { sameShape, sizeOf, showShape } from '../sym.ts';
import { checkBatch, type Batch } from './batch.ts';
import type { StateTensor, TrainingStep } from './training-step.ts';

/** Named values of parameters and of modules' states. */
export type Parameters = ReadonlyMap<string, { readonly shape: readonly number[]; readonly data: Float32Array }>;

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

/** Runs a training step again and again, keeping its state. */
export interface Trainer extends AsyncDisposable {
  readonly seed: number;
  /** Steps done so far. */
  readonly steps: number;
  /** @throws VerilensError NOT_FINITE (the state stays as before the step), BAD_SHAPE, BAD_INPUT, UNKNOWN_NAME, DISPOSED */
  step(batch: Batch, learningRate: number): Promise<StepResult>;
  /** A copy of the parameters and of the states of modules (running statistics), by dotted name: what an exported model needs. */
  parameters(): Parameters;
  /** Everything needed to go on later, as safetensors: parameters, states, optimiser state, step and seed. */
  save(): Uint8Array;
  /** Goes on from `save`d bytes. @throws VerilensError BAD_MODEL when they are of another model, optimiser or seed */
  load(bytes: Uint8Array): void;
  dispose(): Promise<void>;
}

const FORMAT = 'verilens-checkpoint-1';

/** Loads a training step onto a runtime. */
export async function createTrainer(step: TrainingStep, options: TrainerOptions): Promise<Trainer> {
  const { runtime, seed } = options;
  if (!Number.isSafeInteger(seed))
    throw new VerilensError('BAD_OPTION', 'the seed is not a whole number', {
      place: 'nn createTrainer',
      expected: 'a safe integer',
      got: String(seed),
    });
  const session = await runtime.load(step.onnx, { name: 'training step' });
  let done = 0;
  let disposed = false;
  let state = packState(step.state, (name, slot) => (isOwned(slot) ? initialValue(step, name, seed, options.init) : undefined));

  const trainer: Trainer = {
    seed,
    get steps() {
      return done;
    },
    async step(batch, learningRate) {
      if (disposed) throw new VerilensError('DISPOSED', 'the trainer was disposed', { place: 'nn trainer', remedy: 'Create another one.' });
      const feeds: TensorMap = { ...checkBatch(step, batch), ...state };
      for (const spec of step.draws)
        feeds[spec.name] = new Tensor('float32', fillDraw(spec, random(seed, 'draw', done, spec.name)), spec.shape);
      for (const [name, value] of Object.entries(step.optimizer.scalars(done + 1, learningRate)))
        feeds[`scalar.${name}`] = new Tensor('float32', Float32Array.of(value), []);
      const results = await session.run(feeds);
      const number = (name: string): number => (results[name]!.data as Float32Array)[0]!;
      const result: StepResult = {
        loss: number('loss'),
        metrics: Object.fromEntries(step.metrics.map((name) => [name, number(`metric.${name}`)])),
      };
      if (!Number.isFinite(result.loss) || !Number.isFinite(result.metrics['gradientNorm'])) {
        throw await notFinite(step, runtime, feeds, done, result, learningRate);
      }
      state = Object.fromEntries(step.state.map(({ input, output }) => [input, results[output]!]));
      done++;
      return result;
    },
    parameters: () => unpackState(step.state, state, isOwned, (name) => name),
    save: () => {
      const tensors = unpackState(step.state, state, () => true, storedName);
      return writeSafetensors(tensors, { format: FORMAT, optimizer: step.optimizer.name, seed: String(seed), step: String(done) });
    },
    load: (bytes) => {
      const { tensors, metadata } = readSafetensors(bytes);
      const wanted = { format: FORMAT, optimizer: step.optimizer.name, seed: String(seed) };
      for (const [key, value] of Object.entries(wanted)) {
        if (metadata[key] !== value) throw otherCheckpoint(`its ${key} differs`, value, metadata[key] ?? 'none');
      }
      const steps = Number(metadata['step']);
      if (!Number.isSafeInteger(steps) || steps < 0)
        throw otherCheckpoint('it has no step number', 'a whole number', metadata['step'] ?? 'none');
      const expected = step.params.size * (1 + step.optimizer.slots.length) + step.states.size;
      if (tensors.size !== expected) throw otherCheckpoint('it holds another number of tensors', String(expected), String(tensors.size));
      state = packState(step.state, (name, slot) => {
        const key = storedName(name, slot);
        return checkedValue(key, tensors.get(key), specOf(step, name).shape);
      });
      done = steps;
    },
    async dispose() {
      if (disposed) return;
      disposed = true;
      await session.dispose();
    },
    [Symbol.asyncDispose]: () => trainer.dispose(),
  };
  return trainer;
}

/** True for what belongs to the model; the rest is the optimiser's. */
function isOwned(slot: string): boolean {
  return slot === 'param' || slot === 'state';
}

/** Name in a checkpoint. */
function storedName(name: string, slot: string): string {
  return isOwned(slot) ? name : `optimizer.${slot}.${name}`;
}

function specOf(step: TrainingStep, name: string): Leaf {
  return step.params.get(name) ?? step.states.get(name)!;
}

function otherCheckpoint(summary: string, expected: string, got: string): VerilensError {
  return new VerilensError('BAD_MODEL', `the checkpoint is of another training run: ${summary}`, {
    place: 'nn checkpoint',
    expected,
    got,
    remedy: 'Use the options it was made with, or begin anew without it.',
  });
}

function checkedValue(name: string, tensor: NamedTensor | undefined, shape: readonly number[]): Float32Array {
  if (tensor !== undefined && tensor.data instanceof Float32Array && sameShape(tensor.shape, shape) && tensor.data.length === sizeOf(shape))
    return tensor.data;
  throw new VerilensError('BAD_MODEL', `parameter "${name}" ${tensor === undefined ? 'is missing' : 'has another shape'}`, {
    place: 'nn parameters',
    expected: `float32${showShape(shape)}`,
    got: tensor === undefined ? 'nothing' : showShape(tensor.shape),
    remedy: 'The values belong to another model: use the options it was made with.',
  });
}

function initialValue(step: TrainingStep, name: string, seed: number, given: Parameters | undefined): Float32Array {
  const spec = specOf(step, name);
  const own = given?.get(name);
  return own === undefined ? spec.init(spec.shape, random(seed, 'init', name)) : checkedValue(name, own, spec.shape);
}

/** Fills every state tensor from its members' values; undefined is zeros. */
function packState(tensors: readonly StateTensor[], value: (name: string, slot: string) => Float32Array | undefined): TensorMap {
  const packed: TensorMap = {};
  for (const { input, group, slot } of tensors) {
    const data = new Float32Array(sizeOf(group.shape));
    let at = 0;
    for (const { name, size } of group.members) {
      const part = value(name, slot);
      if (part !== undefined) data.set(part, at);
      at += size;
    }
    packed[input] = new Tensor('float32', data, group.shape);
  }
  return packed;
}

function unpackState(
  tensors: readonly StateTensor[],
  state: TensorMap,
  wanted: (slot: string) => boolean,
  rename: (name: string, slot: string) => string,
): Map<string, { shape: readonly number[]; data: Float32Array }> {
  const values = new Map<string, { shape: readonly number[]; data: Float32Array }>();
  for (const { input, group, slot } of tensors) {
    if (!wanted(slot)) continue;
    const data = state[input]!.data as Float32Array;
    let at = 0;
    for (const { name, shape, size } of group.members) {
      values.set(rename(name, slot), { shape, data: data.slice(at, (at += size)) });
    }
  }
  return values;
}

/** Finds the first tensor of the forward pass that is not finite and says so. */
async function notFinite(
  step: TrainingStep,
  runtime: Runtime,
  feeds: TensorMap,
  done: number,
  result: StepResult,
  learningRate: number,
): Promise<VerilensError> {
  const first = await firstBad(step, runtime, feeds).catch((error: unknown) => `unknown (the search failed: ${String(error)})`);
  return new VerilensError(
    'NOT_FINITE',
    `training stopped at step ${done}: ${Number.isFinite(result.loss) ? 'the gradient' : 'the loss'} is not finite`,
    {
      place: 'nn trainer',
      expected: 'finite numbers',
      got: `loss ${result.loss}, gradient norm ${result.metrics['gradientNorm']}; first bad tensor: ${first ?? 'none in the forward pass, so the gradient itself overflowed'}`,
      remedy:
        first?.startsWith('input') === true && !first.includes('param.')
          ? 'Check the batch for NaN and Inf.'
          : `Lower the learning rate (now ${learningRate}), set clipNorm, or look for log, div and sqrt of zero there. The state is as before this step.`,
    },
  );
}

async function firstBad(step: TrainingStep, runtime: Runtime, feeds: TensorMap): Promise<string | undefined> {
  const { onnx, places } = step.diagnose();
  const session: Session = await runtime.load(onnx, { name: 'diagnosis' });
  try {
    const { finite } = await session.run(feeds);
    const at = (finite!.data as Float32Array).findIndex((mark) => mark !== 0);
    return at === -1 ? undefined : places[at];
  } finally {
    await session.dispose();
  }
}
