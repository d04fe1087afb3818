/**
 * Learns new classes from a few pictures each, after "CD^2: constrained dataset distillation for few-shot class-incremental
 * learning" (IJCAI 2025, https://arxiv.org/abs/2601.08519). README: deviations, results and limits.
 */
import type { Plugin } from '@verilens/core';
import { configOf, type PresetName } from './config.ts';
import { createLearner } from './learner.ts';

export interface Cd2Options {
  /** Network and schedule: `small` (default), `paper`, or `tiny` for trying things out. A saved learner needs the preset it was made with. */
  readonly preset?: PresetName;
}

/**
 * @example
 * const engine = await createEngine({ runtime: () => native(), plugins: [cd2()] });
 * const learner = engine.get('incremental-learner', 'cd2');
 * await learner.learn({ classes: [{ label: 'cup', images: cups }, { label: 'fork', images: forks }] });
 * await learner.learn({ classes: [{ label: 'spoon', images: fiveSpoons }] });
 * const { labels } = await learner.predict(picture);
 */
export function cd2(options: Cd2Options = {}): Plugin<'incremental-learner'> {
  const config = configOf(options.preset ?? 'small');
  return {
    name: 'cd2',
    role: 'incremental-learner',
    apiVersion: 1,
    async create({ runtime }) {
      return createLearner(runtime, config);
    },
    trainer: async () => (await import('./trainer.ts')).trainer,
  };
}
