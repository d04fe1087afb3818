import type { Batch } from './batch.ts';
import type { Parameters } from './parameter-store.ts';
import { createTrainers, type StepResult, type TrainerOptions } from './trainers.ts';
import type { TrainingStep } from './training-step.ts';

/** Runs a training step again and again, keeping its state. */
export interface Trainer extends AsyncDisposable {
  readonly seed: number;
  /** Steps done so far. */
  readonly steps: number;
  /** @throws VerilensError NOT_FINITE (the state stays as before the step), BAD_SHAPE, BAD_INPUT, UNKNOWN_NAME, DISPOSED */
  step(batch: Batch, learningRate: number): Promise<StepResult>;
  /**
   * A copy of the parameters and of the states of modules (running statistics), by dotted name: what an exported model needs.
   * `average` gives the averages that an `averaged` optimiser keeps, where there are any.
   */
  parameters(which?: 'last' | 'average'): Parameters;
  /** Everything needed to go on later, as safetensors: parameters, states, optimiser state, step and seed. */
  save(): Uint8Array;
  /** Goes on from `save`d bytes. @throws VerilensError BAD_MODEL when they are of another model, optimiser or seed */
  load(bytes: Uint8Array): void;
  dispose(): Promise<void>;
}

/** Loads a training step onto a runtime. */
export async function createTrainer(step: TrainingStep, options: TrainerOptions): Promise<Trainer> {
  const only = await createTrainers({ '': step }, options);
  return {
    seed: only.seed,
    get steps() {
      return only.done[''];
    },
    step: (batch, learningRate) => only.step('', batch, learningRate),
    parameters: (which) => only.parameters(which),
    save: () => only.save(),
    load: (bytes) => only.load(bytes),
    dispose: () => only.dispose(),
    [Symbol.asyncDispose]: () => only.dispose(),
  };
}
