import { VerilensError } from '@verilens/core';
import { recordDraws, type Draw, type DrawSpec } from '../draw.ts';
import { gradients } from '../gradients.ts';
import { bindParams, namedParams, namedStates, type Syms } from '../module.ts';
import { lowerGraph } from '../onnx/lower.ts';
import { writeModel } from '../onnx/model.ts';
import { add, addAll, div, minimum, mul, sqrt, square } from '../ops/elementwise.ts';
import { sum } from '../ops/reduce.ts';
import { input } from '../ops/source.ts';
import { describe, sizeOf, type Spec, type Sym } from '../sym.ts';
import { recordUpdates } from '../state-updates.ts';
import type { Target } from '../target.ts';
import type { InputSyms } from '../specs.ts';
import { diagnosis } from './diagnosis.ts';
import { indexBounds, type IndexBound } from './index-bounds.ts';
import type { Optimizer } from './optimizers.ts';
import { joinGroup, layOut, layOutStates, openGroup, type StateGroup } from './state-layout.ts';

export interface LossResult {
  /** Scalar to make small. */
  readonly loss: Sym;
  /** Scalars to report. */
  readonly metrics?: Readonly<Record<string, Sym>>;
}

export interface TrainingStepOptions<P, I extends Readonly<Record<string, Spec>>> {
  readonly module: { readonly kind: string; readonly params: P };
  readonly inputs: I;
  /** Builds the loss from parameters, inputs and random draws. */
  readonly loss: (p: Syms<P>, inputs: InputSyms<I>, draw: Draw) => LossResult;
  readonly optimizer: Optimizer;
  /** Scales the whole gradient down to this norm when it is longer. */
  readonly clipNorm?: number;
  readonly target: Target;
}

/** One tensor of state: the graph reads `input` and gives the next value as `output`. */
export interface StateTensor {
  readonly input: string;
  readonly output: string;
  readonly group: StateGroup;
  /** `param`, `state` (of a module), or the optimiser's name for it, e.g. `m`. */
  readonly slot: string;
}

/** Forward pass, gradients and optimiser of one step as one ONNX graph, and how to run it. */
export interface TrainingStep {
  readonly onnx: Uint8Array;
  readonly target: Target;
  readonly inputs: Readonly<Record<string, Spec>>;
  readonly state: readonly StateTensor[];
  readonly draws: readonly DrawSpec[];
  readonly metrics: readonly string[];
  readonly optimizer: Optimizer;
  readonly params: ReturnType<typeof namedParams>;
  /** What modules keep beside their parameters. */
  readonly states: ReturnType<typeof namedStates>;
  readonly parameterCount: number;
  /** Ranges that int32 inputs must keep because they index something. */
  readonly indexBounds: readonly IndexBound[];
  /** A graph that says for every forward tensor whether it is finite; for finding where a NaN came from. */
  diagnose(): { readonly onnx: Uint8Array; readonly places: readonly string[] };
}

/** Writes the training step of a module. @throws VerilensError BAD_SHAPE with the layer path, BAD_OPTION */
export function trainingStep<P, I extends Readonly<Record<string, Spec>>>(options: TrainingStepOptions<P, I>): TrainingStep {
  const { module, optimizer, target, clipNorm } = options;
  const params = namedParams(module);
  const states = namedStates(module);
  const groups = layOut(params, optimizer, target);
  const opened = groups.map((group) => openGroup(group, 'param'));
  const kept = layOutStates(states, target).map((group) => ({ group, ...openGroup(group, 'state') }));
  const byName = new Map(
    [...groups.map((group, g) => ({ group, ...opened[g]! })), ...kept].flatMap(({ group, members }) =>
      group.members.map((m, i) => [m.name, members[i]!] as const),
    ),
  );
  const inputs: Record<string, Sym> = Object.fromEntries(Object.entries(options.inputs).map(([name, spec]) => [name, input(name, spec)]));
  const recorded = recordDraws();
  const traced = recordUpdates(() =>
    options.loss(
      bindParams(module, (name) => byName.get(name)!),
      inputs as InputSyms<I>,
      recorded.draw,
    ),
  );
  const { loss, metrics = {} } = traced.result;
  for (const [name, sym] of Object.entries({ loss, ...metrics })) {
    if (sym.shape.length === 0 && sym.dtype === 'float32') continue;
    throw new VerilensError('BAD_SHAPE', `${name} is not a scalar`, {
      place: 'nn trainingStep',
      expected: 'float32[]',
      got: describe(sym),
      remedy: 'Reduce it with mean(x) or sum(x).',
    });
  }

  const flat = gradients(
    loss,
    groups.flatMap((_, g) => opened[g]!.members),
  );
  let at = 0;
  const joined = groups.map((group) => joinGroup(group, flat.slice(at, (at += group.members.length))));
  const norm = sqrt(addAll(joined.map((g) => sum(square(g)))));
  const scale = clipNorm === undefined ? undefined : minimum(div(clipNorm, add(norm, 1e-6)), 1);

  const scalars = Object.fromEntries(
    Object.keys(optimizer.scalars(1, 1)).map((name) => [
      `scalar.${name}`,
      input(`scalar.${name}`, { shape: [], dtype: 'float32' }, 'scalar'),
    ]),
  );
  const bare = Object.fromEntries(Object.entries(scalars).map(([name, sym]) => [name.slice('scalar.'.length), sym]));
  const state: StateTensor[] = [];
  const stateInputs: Record<string, Sym> = {};
  const stateOutputs: Record<string, Sym> = {};
  groups.forEach((group, g) => {
    const slots = Object.fromEntries(
      optimizer.slots.map((slot) => [slot, input(`${slot}.${group.name}`, { shape: group.shape, dtype: 'float32' }, 'state')]),
    );
    const value = opened[g]!.tensor;
    const gradient = scale === undefined ? joined[g]! : mul(joined[g]!, scale);
    const next = optimizer.update({ value, gradient, slots, scalars: bare, decay: group.decay });
    for (const [slot, before, after] of [
      ['param', value, next.value] as const,
      ...optimizer.slots.map((s) => [s, slots[s]!, next.slots[s]!] as const),
    ]) {
      const name = `${slot}.${group.name}`;
      state.push({ input: name, output: `next.${name}`, group, slot });
      stateInputs[name] = before;
      stateOutputs[`next.${name}`] = after;
    }
  });

  for (const { group, tensor, members } of kept) {
    const name = `state.${group.name}`;
    state.push({ input: name, output: `next.${name}`, group, slot: 'state' });
    stateInputs[name] = tensor;
    const moves = members.some((member) => traced.next.has(member.id));
    const latest = members.map((member) => traced.next.get(member.id) ?? member);
    stateOutputs[`next.${name}`] = moves ? joinGroup(group, latest) : tensor;
  }

  const all = { ...inputs, ...recorded.inputs, ...scalars, ...stateInputs };
  const reported = { ...metrics, gradientNorm: norm };
  const graph = lowerGraph({ inputs: all, outputs: { loss, ...prefixed('metric.', reported), ...stateOutputs }, target });
  return {
    onnx: writeModel(graph),
    target,
    inputs: options.inputs,
    state,
    draws: recorded.specs,
    metrics: Object.keys(reported),
    optimizer,
    params,
    states,
    parameterCount: [...params.values()].reduce((total, { shape }) => total + sizeOf(shape), 0),
    indexBounds: indexBounds([loss, ...Object.values(metrics)]),
    diagnose: () => diagnosis(loss, all, target),
  };
}

function prefixed(prefix: string, record: Readonly<Record<string, Sym>>): Record<string, Sym> {
  return Object.fromEntries(Object.entries(record).map(([name, sym]) => [prefix + name, sym]));
}
