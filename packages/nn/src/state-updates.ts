import { VerilensError } from '@verilens/core';
import { describe, sameShape, type Sym } from './sym.ts';

/** What a training step being traced has been told of its state leaves: their next values. */
export interface StateUpdates {
  /** The value a state has so far: that of the last `updateState`, or the state itself. */
  latest(state: Sym): Sym;
  set(state: Sym, next: Sym): void;
}

/** Graph building is synchronous, so one stack is enough. */
const stack: StateUpdates[] = [];

/** True while the loss of a training step is traced: batch statistics are used and states move. Inference graphs see false. */
export function isTraining(): boolean {
  return stack.length > 0;
}

/**
 * Gives a state leaf of a module its value after this step, from the value it has (which includes earlier updates within the
 * same step). Outside of a training step nothing happens, so a layer may call it always.
 * @throws VerilensError BAD_SHAPE when the next value has another shape
 */
export function updateState(state: Sym, next: (latest: Sym) => Sym): void {
  const updates = stack[stack.length - 1];
  if (updates === undefined) return;
  const value = next(updates.latest(state));
  if (!sameShape(value.shape, state.shape) || value.dtype !== state.dtype) {
    throw new VerilensError('BAD_SHAPE', 'a state was given a value of another shape', {
      place: `nn ${state.scope === '' ? 'updateState' : state.scope}`,
      expected: describe(state),
      got: describe(value),
      remedy: 'A state keeps its shape from step to step.',
    });
  }
  updates.set(state, value);
}

/** Runs `body` as the loss of a training step and gives the next value of every state it updated, by the state's id. */
export function recordUpdates<T>(body: () => T): { readonly result: T; readonly next: ReadonlyMap<number, Sym> } {
  const next = new Map<number, Sym>();
  stack.push({ latest: (state) => next.get(state.id) ?? state, set: (state, value) => void next.set(state.id, value) });
  try {
    return { result: body(), next };
  } finally {
    stack.pop();
  }
}
