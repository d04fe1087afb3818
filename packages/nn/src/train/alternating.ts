import type { Batch } from './batch.ts';
import type { StepResult } from './step-result.ts';
import type { Trainers } from './trainers.ts';

/** What `fit` needs of a trainer; `B` is what one step takes. */
export interface Trainable<B> {
  readonly steps: number;
  step(batch: B, learningRate: number): Promise<StepResult>;
  /** Several steps at once with the same outcome; without it they are done one by one. */
  runSteps?(
    batches: readonly B[],
    learningRates: readonly number[],
    onStep?: (result: StepResult, index: number) => void,
  ): Promise<readonly StepResult[]>;
  /** How many steps a run may hold. Default 1 */
  readonly mostPerRun?: number;
  save(): Uint8Array;
  load(bytes: Uint8Array): void;
}

/**
 * Steps that take turns, as one trainer: a round does the steps in the order of `turns`, e.g. `['discriminator', 'generator']`,
 * each with its own batch. The loss is that of the last; those of the others are metrics named `discriminator.loss` and so on.
 * `rates` multiply the schedule's learning rate.
 */
export function alternating<K extends string>(
  trainers: Trainers<K>,
  turns: readonly K[],
  rates: Partial<Readonly<Record<K, number>>> = {},
): Trainable<Readonly<Record<K, Batch>>> {
  const last = turns[turns.length - 1]!;
  return {
    get steps() {
      return Math.floor(trainers.done[last] / turns.filter((turn) => turn === last).length);
    },
    async step(batch, learningRate) {
      const metrics: Record<string, number> = {};
      let loss = NaN;
      for (const turn of turns) {
        const result = await trainers.step(turn, batch[turn], learningRate * (rates[turn] ?? 1));
        loss = result.loss;
        metrics[`${turn}.loss`] = loss;
        for (const [name, value] of Object.entries(result.metrics)) metrics[`${turn}.${name}`] = value;
      }
      return { loss, metrics };
    },
    save: () => trainers.save(),
    load: (bytes) => trainers.load(bytes),
  };
}
