import { VerilensError, type TensorMap } from '@verilens/core';
import type { Leaf } from '../module.ts';
import { readSafetensors, writeSafetensors } from '../safetensors.ts';
import { checkedValue, isOwned, packState, unpackState } from './parameter-store.ts';
import type { StateTensor, TrainingStep } from './training-step.ts';

const FORMAT = 'verilens-checkpoint-1';

/** What a checkpoint says about the run it is of. A single step has the empty name. */
export interface CheckpointRun {
  readonly steps: ReadonlyMap<string, TrainingStep>;
  readonly state: readonly StateTensor[];
  /** Parameters and states. */
  readonly leaves: ReadonlyMap<string, Leaf>;
  readonly seed: number;
}

const key = (name: string, { slot, input, group }: StateTensor): string => {
  if (isOwned(slot)) return name;
  // the part of the input's name between slot and group tells steps apart: `m@generator.head.weight`
  const step = input.slice(slot.length, input.length - group.name.length - 1).replace('@', '');
  return `optimizer.${step === '' ? '' : `${step}.`}${slot}.${name}`;
};
const counter = (step: string): string => (step === '' ? 'step' : `step.${step}`);
const optimizers = (run: CheckpointRun): string => [...run.steps.values()].map(({ optimizer }) => optimizer).join(' ');

/** Everything a run needs to go on, as safetensors: parameters, states, optimiser state, steps done, seed. */
export function writeCheckpoint(run: CheckpointRun, state: TensorMap, done: ReadonlyMap<string, number>): Uint8Array {
  const counts = Object.fromEntries([...done].map(([step, count]) => [counter(step), String(count)]));
  return writeSafetensors(unpackState(run.state, state, key), {
    format: FORMAT,
    optimizer: optimizers(run),
    seed: String(run.seed),
    ...counts,
  });
}

/** @throws VerilensError BAD_MODEL when the bytes are of another model, optimiser or seed */
export function readCheckpoint(run: CheckpointRun, bytes: Uint8Array): { readonly state: TensorMap; readonly done: Map<string, number> } {
  const { tensors, metadata } = readSafetensors(bytes);
  const wanted = { format: FORMAT, optimizer: optimizers(run), seed: String(run.seed) };
  for (const [name, value] of Object.entries(wanted)) {
    if (metadata[name] !== value) throw otherCheckpoint(`its ${name} differs`, value, metadata[name] ?? 'none');
  }
  const done = new Map<string, number>();
  for (const step of run.steps.keys()) {
    const count = Number(metadata[counter(step)]);
    if (!Number.isSafeInteger(count) || count < 0)
      throw otherCheckpoint('it has no step number', 'a whole number', metadata[counter(step)] ?? 'none');
    done.set(step, count);
  }
  const known = new Set(run.state.flatMap((tensor) => tensor.group.members.map(({ name }) => key(name, tensor))));
  const strange = [...tensors.keys()].find((name) => !known.has(name));
  if (strange !== undefined)
    throw otherCheckpoint(`it holds "${strange}", which this model lacks`, `${known.size} tensors`, `${tensors.size} tensors`);
  const state = packState(run.state, (name, tensor) =>
    checkedValue(key(name, tensor), tensors.get(key(name, tensor)), run.leaves.get(name)!.shape),
  );
  return { state, done };
}

function otherCheckpoint(summary: string, expected: string, got: string): VerilensError {
  return new VerilensError('BAD_MODEL', `the checkpoint is of another training run: ${summary}`, {
    place: 'nn checkpoint',
    expected,
    got,
    remedy: 'Use the options it was made with, or begin anew without it.',
  });
}
