import type { Batch } from './batch.ts';
import type { Parameters } from './parameter-store.ts';
import type { StepResult } from './step-result.ts';
import { createTrainers, type TrainerOptions } from './trainers.ts';
import type { TrainingStep } from './training-step.ts';

/** Runs a training step again and again, keeping its state. */
export interface Trainer extends AsyncDisposable {
  readonly seed: number;
  /** Steps done so far. */
  readonly steps: number;
  /** @throws VerilensError NOT_FINITE (the state stays as before the step), BAD_SHAPE, BAD_INPUT, UNKNOWN_NAME, DISPOSED */
  step(batch: Batch, learningRate: number): Promise<StepResult>;
  /**
   * Several steps in one run of the runtime, each with its own batch and learning rate. On the CPU and WASM it is faster than as
   * many calls of `step`, because the state stays where it is in between; elsewhere it is those calls. The outcome is theirs, bit
   * for bit, errors included: a batch that `step` would refuse, or a step that is not finite, gives the error of `step`, and the
   * steps before it are done. The graph for it takes the place of that of a single step on first use.
   * @param onStep Is told each result in order, also those before an error; the trainer may be further by then.
   * @throws VerilensError BAD_INPUT when there are not as many learning rates as batches, and what `step` throws
   */
  runSteps(
    batches: readonly Batch[],
    learningRates: readonly number[],
    onStep?: (result: StepResult, index: number) => void,
  ): Promise<readonly StepResult[]>;
  /** How many steps `fit` puts in one run at most, so that their batches do not fill the memory; 1 on devices without loops. */
  readonly mostPerRun: number;
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
    runSteps: (batches, learningRates, onStep) => only.runSteps('', batches, learningRates, onStep),
    mostPerRun: only.mostPerRun[''],
    parameters: (which) => only.parameters(which),
    save: () => only.save(),
    load: (bytes) => only.load(bytes),
    dispose: () => only.dispose(),
    [Symbol.asyncDispose]: () => only.dispose(),
  };
}
