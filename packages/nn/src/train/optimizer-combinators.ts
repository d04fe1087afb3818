import { VerilensError } from '@verilens/core';
import { add, mul, sub } from '../ops/elementwise.ts';
import { greater, where } from '../ops/logic.ts';
import type { Sym } from '../sym.ts';
import type { Optimizer } from './optimizers.ts';

/**
 * Keeps an exponential moving average of the weights beside them (`trainer.parameters('average')`), for evaluation and export:
 * average = keep average + (1 - keep) weight. Early on the average follows faster, keep being at most (1 + t) / (10 + t).
 */
export function averaged(optimizer: Optimizer, options: { readonly keep?: number; readonly warmup?: boolean } = {}): Optimizer {
  const { keep = 0.999, warmup = true } = options;
  if (!(keep >= 0 && keep < 1)) throw badOption('averaged', 'keep out of range', '0 <= keep < 1', keep);
  return {
    ...optimizer,
    name: `averaged ${optimizer.name}`,
    slots: [...optimizer.slots, 'average'],
    startAtValue: [...(optimizer.startAtValue ?? []), 'average'],
    scalars: (step, learningRate) => ({
      ...optimizer.scalars(step, learningRate),
      averageKeep: warmup ? Math.min(keep, (1 + step) / (10 + step)) : keep,
    }),
    update: (at) => {
      const next = optimizer.update(at);
      const average = at.slots['average']!;
      // average + (1 - keep)(weight - average): exactly the weight once they agree
      const moved = add(average, mul(sub(next.value, average), sub(1, at.scalars['averageKeep']!)));
      return { value: next.value, slots: { ...next.slots, average: moved } };
    },
  };
}

/** Lookahead, Zhang et al. 2019: every `every` steps slow weights go the fraction `share` towards the fast ones, which restart from there. */
export function lookahead(optimizer: Optimizer, options: { readonly every?: number; readonly share?: number } = {}): Optimizer {
  const { every = 6, share = 0.5 } = options;
  checkCount('lookahead', every);
  return {
    ...optimizer,
    name: `lookahead ${optimizer.name}`,
    slots: [...optimizer.slots, 'slow'],
    startAtValue: [...(optimizer.startAtValue ?? []), 'slow'],
    scalars: (step, learningRate) => ({ ...optimizer.scalars(step, learningRate), meet: step % every === 0 ? 1 : 0 }),
    update: (at) => {
      const next = optimizer.update(at);
      const meet = greater(at.scalars['meet']!, 0.5);
      const slow = at.slots['slow']!;
      const moved = where(meet, add(slow, mul(sub(next.value, slow), share)), slow);
      return { value: where(meet, moved, next.value), slots: { ...next.slots, slow: moved } };
    },
  };
}

/**
 * Updates the weights once in `count` steps, by the mean of their gradients: a batch `count` times as large in the same memory.
 * Clipping acts on each step's gradient, before it is added up. The learning rate is that of the step that updates.
 */
export function accumulated(optimizer: Optimizer, count: number): Optimizer {
  checkCount('accumulated', count);
  return {
    ...optimizer,
    name: `accumulated ${count} ${optimizer.name}`,
    slots: [...optimizer.slots, 'pending'],
    scalars: (step, learningRate) => ({
      ...optimizer.scalars(Math.ceil(step / count), learningRate),
      full: step % count === 0 ? 1 : 0,
    }),
    update: (at) => {
      const full = greater(at.scalars['full']!, 0.5);
      const pending = add(at.slots['pending']!, at.gradient);
      const next = optimizer.update({ ...at, gradient: mul(pending, 1 / count) });
      const kept = (slot: string): readonly [string, Sym] => [slot, where(full, next.slots[slot]!, at.slots[slot]!)];
      return {
        value: where(full, next.value, at.value),
        slots: { ...Object.fromEntries(optimizer.slots.map(kept)), pending: where(full, 0, pending) },
      };
    },
  };
}

function checkCount(place: string, count: number): void {
  if (!Number.isInteger(count) || count < 1) throw badOption(place, 'a number of steps is wanted', 'a whole number from 1', count);
}

function badOption(place: string, summary: string, expected: string, got: number): VerilensError {
  return new VerilensError('BAD_OPTION', summary, { place: `nn ${place}`, expected, got: String(got) });
}
