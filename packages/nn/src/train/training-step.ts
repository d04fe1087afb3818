import { VerilensError } from '@verilens/core';
import { recordDraws, type Draw, type DrawSpec } from '../draw.ts';
import { gradients } from '../gradients.ts';
import { bindParams, namedParams, namedStates, type ParamSpec, type StateSpec, type Syms } from '../module.ts';
import { lowerGraph } from '../onnx/lower.ts';
import { loopOf } from '../onnx/loop.ts';
import { writeModel } from '../onnx/model.ts';
import { input } from '../ops/source.ts';
import { recordUpdates } from '../state-updates.ts';
import { describe, sizeOf, type Spec, type Sym } from '../sym.ts';
import type { Target } from '../target.ts';
import type { InputSyms } from '../specs.ts';
import { diagnosis, type Diagnosis } from './diagnosis.ts';
import { clipEach, clipWhole, normAll, type GradientRule, type Slope } from './gradient-rules.ts';
import { indexBounds, type IndexBound } from './index-bounds.ts';
import { groupInput, inUpdateOrder, joinGroup, layOut, openGroup, type StateGroup } from './state-layout.ts';
import { treatments, type Rule, type Treatment, type TreatmentOptions } from './treatment.ts';

export interface LossResult {
  /** Scalar to make small. */
  readonly loss: Sym;
  /** Scalars to report. */
  readonly metrics?: Readonly<Record<string, Sym>>;
}

/** What one step does; the module and the target apart. */
export interface StepOptions<P, I extends Readonly<Record<string, Spec>>> extends TreatmentOptions {
  readonly inputs: I;
  /** Builds the loss from parameters, inputs and random draws. */
  readonly loss: (p: Syms<P>, inputs: InputSyms<I>, draw: Draw) => LossResult;
  /** Scales the whole gradient down to this norm when it is longer. */
  readonly clipNorm?: number;
  /** Cuts every element of the gradient to -clipValue..clipValue, before `clipNorm`. */
  readonly clipValue?: number;
  /** Which gradient the optimiser gets, e.g. `sam()`. Default: that of the loss. */
  readonly gradient?: GradientRule;
}

export interface TrainingStepOptions<P, I extends Readonly<Record<string, Spec>>> extends StepOptions<P, I> {
  readonly module: { readonly kind: string; readonly params: P };
  readonly target: Target;
}

/** One tensor of state: the graph reads `input` and gives the next value as `output`. */
export interface StateTensor {
  readonly input: string;
  /** Undefined: it stays as it is. */
  readonly output: string | undefined;
  readonly group: StateGroup;
  /** `param`, `state` (of a module), or the optimiser's name for it, e.g. `m`. */
  readonly slot: string;
  /** What it holds before the first step: zeros, or the values its members are declared with. */
  readonly start: 'zeros' | 'own';
}

/** Forward pass, gradients and optimiser of one step as one ONNX graph, and how to run it. */
export interface TrainingStep {
  readonly onnx: Uint8Array;
  /**
   * The same step as the body of a loop: a graph that does several steps in one run. Inputs, draws and scalars are stacked along a
   * new first axis, as many as there are steps; so are loss and metrics. It ends early after a step whose loss or gradient is not
   * finite. Undefined for WebGPU, which has no loops.
   */
  readonly loop: (() => Uint8Array) | undefined;
  readonly target: Target;
  readonly inputs: Readonly<Record<string, Spec>>;
  readonly state: readonly StateTensor[];
  readonly draws: readonly DrawSpec[];
  readonly metrics: readonly string[];
  /** Names the update rules: a checkpoint of another one is refused. */
  readonly optimizer: string;
  /** Scalar inputs of the graph at a step (1 for the first). */
  scalars(step: number, learningRate: number): Readonly<Record<string, number>>;
  readonly params: ReadonlyMap<string, ParamSpec>;
  /** What modules keep beside their parameters. */
  readonly states: ReadonlyMap<string, StateSpec>;
  readonly parameterCount: number;
  /** Ranges that int32 inputs must keep because they index something. */
  readonly indexBounds: readonly IndexBound[];
  /** A graph that says for every tensor whether it is finite; for finding where a NaN came from. */
  diagnose(): Diagnosis;
}

/** Writes the training step of a module. @throws VerilensError BAD_SHAPE with the layer path, BAD_OPTION */
export function trainingStep<P, I extends Readonly<Record<string, Spec>>>(options: TrainingStepOptions<P, I>): TrainingStep {
  const { module, target } = options;
  const params = namedParams(module);
  const treated = treatments(params, options);
  const groups = layOut(params, (name) => treatmentKey(treated.get(name)!), target);
  return writeStep({ module, target, params, groups, treated, suffix: '' }, options);
}

/**
 * Writes several steps that share the parameters of one module, for losses that take turns (a discriminator and a generator):
 * each has its own inputs, loss, optimiser and frozen part.
 */
export function trainingSteps<P, S extends Readonly<Record<string, Readonly<Record<string, Spec>>>>>(options: {
  readonly module: { readonly kind: string; readonly params: P };
  readonly target: Target;
  readonly steps: { readonly [K in keyof S]: StepOptions<P, S[K]> };
}): { readonly [K in keyof S]: TrainingStep } {
  const { module, target } = options;
  const params = namedParams(module);
  const each = Object.entries(options.steps as Readonly<Record<string, StepOptions<P, Readonly<Record<string, Spec>>>>>).map(
    ([name, step]) => ({ name, step, treated: treatments(params, step) }),
  );
  const groups = layOut(params, (name) => each.map(({ treated }) => treatmentKey(treated.get(name)!)).join(' / '), target);
  const written = each.map(({ name, step, treated }) => [
    name,
    writeStep({ module, target, params, groups, treated, suffix: `@${name}` }, step),
  ]);
  return Object.fromEntries(written) as { readonly [K in keyof S]: TrainingStep };
}

const treatmentKey = ({ rule, decay }: Treatment): string => `${rule?.index ?? 'frozen'}${decay ? ' decayed' : ''}`;

interface Shared<P> {
  readonly module: { readonly kind: string; readonly params: P };
  readonly target: Target;
  readonly params: ReadonlyMap<string, ParamSpec>;
  readonly groups: readonly StateGroup[];
  readonly treated: ReadonlyMap<string, Treatment>;
  /** Tells the optimiser state of steps apart that share a module. */
  readonly suffix: string;
}

function writeStep<P, I extends Readonly<Record<string, Spec>>>(shared: Shared<P>, options: StepOptions<P, I>): TrainingStep {
  const { module, target, params, groups, treated, suffix } = shared;
  const { clipNorm, clipValue, gradient: rule } = options;
  const inputs: Record<string, Sym> = Object.fromEntries(Object.entries(options.inputs).map(([name, spec]) => [name, input(name, spec)]));
  const recorded = recordDraws();
  const states = namedStates(module);
  const kept = layOut(states, () => '', target).map((group) => ({ group, tensor: groupInput(group, 'state') }));
  const keptMembers = new Map(
    kept.flatMap(({ group, tensor }) => openGroup(group, tensor).map((member, i) => [group.members[i]!.name, member] as const)),
  );
  const tensors = new Map(groups.map((group) => [group, groupInput(group, 'param')] as const));
  const treatmentOf = (group: StateGroup): Treatment => treated.get(group.members[0]!.name)!;
  const trained = groups.filter((group) => treatmentOf(group).rule !== undefined);

  /** Loss, metrics, next states and gradients with other tensors in the trained groups' places. */
  const slopeAt = (values: readonly Sym[], draw: Draw): Slope & LossResult & { readonly next: ReadonlyMap<number, Sym> } => {
    const opened = new Map(
      groups.map((group) => [group, openGroup(group, values[trained.indexOf(group)] ?? tensors.get(group)!)] as const),
    );
    const byName = new Map(groups.flatMap((group) => group.members.map((m, i) => [m.name, opened.get(group)![i]!] as const)));
    const { result, next } = recordUpdates(() =>
      options.loss(
        bindParams(module, (name) => byName.get(name) ?? keptMembers.get(name)!),
        inputs as InputSyms<I>,
        draw,
      ),
    );
    checkScalars({ loss: result.loss, ...result.metrics });
    const members = trained.flatMap((group) => opened.get(group)!);
    const flat = gradients(result.loss, members);
    let at = 0;
    return { ...result, next, gradients: trained.map((group) => joinGroup(group, flat.slice(at, (at += group.members.length)))) };
  };

  const values = trained.map((group) => tensors.get(group)!);
  const here = slopeAt(values, recorded.draw);
  const { loss, metrics = {} } = here;
  const directions = rule?.({ values, here, there: (others) => slopeAt(others, recorded.again()) }) ?? { gradients: here.gradients };
  checkScalars(directions.metrics ?? {});
  const norm = normAll(directions.gradients);
  const cut = clipValue === undefined ? directions.gradients : clipEach(directions.gradients, clipValue);
  const clipped = clipNorm === undefined ? cut : clipWhole(cut, clipValue === undefined ? norm : normAll(cut), clipNorm);

  const rules = [...new Set(trained.map((group) => treatmentOf(group).rule!))].sort((a, b) => a.index - b.index);
  const scalars = rules.flatMap((own) => Object.keys(own.optimizer.scalars(1, 1)).map((name) => scalarName(name, own)));
  const scalarInputs = Object.fromEntries(scalars.map((name) => [name, input(name, { shape: [], dtype: 'float32' }, 'scalar')]));
  const state: StateTensor[] = [];
  const stateInputs: Record<string, Sym> = {};
  const stateOutputs: Record<string, Sym> = {};
  const slotName = (slot: string, group: StateGroup): string => `${slot}${suffix}.${group.name}`;
  const updates = new Map(
    inUpdateOrder(trained).map((group) => {
      const { rule: own, decay } = treatmentOf(group);
      const { optimizer } = own!;
      const slots = Object.fromEntries(
        optimizer.slots.map((slot) => [slot, input(slotName(slot, group), { shape: group.shape, dtype: 'float32' }, 'state')]),
      );
      const next = optimizer.update({
        value: tensors.get(group)!,
        gradient: clipped[trained.indexOf(group)]!,
        slots,
        scalars: Object.fromEntries(Object.keys(optimizer.scalars(1, 1)).map((bare) => [bare, scalarInputs[scalarName(bare, own!)]!])),
        decay,
      });
      return [group, { optimizer, slots, next }] as const;
    }),
  );
  for (const group of groups) {
    const name = `param.${group.name}`;
    const update = updates.get(group);
    stateInputs[name] = tensors.get(group)!;
    state.push({ input: name, output: update === undefined ? undefined : `next.${name}`, group, slot: 'param', start: 'own' });
    if (update === undefined) continue;
    const { optimizer, slots, next } = update;
    stateOutputs[`next.${name}`] = next.value;
    for (const slot of optimizer.slots) {
      const start = optimizer.startAtValue?.includes(slot) === true ? 'own' : 'zeros';
      const of = slotName(slot, group);
      state.push({ input: of, output: `next.${of}`, group, slot, start });
      stateInputs[of] = slots[slot]!;
      stateOutputs[`next.${of}`] = next.slots[slot]!;
    }
  }

  for (const { group, tensor } of kept) {
    const name = `state.${group.name}`;
    const members = group.members.map((member) => keptMembers.get(member.name)!);
    const moves = members.some((member) => here.next.has(member.id));
    state.push({ input: name, output: moves ? `next.${name}` : undefined, group, slot: 'state', start: 'own' });
    stateInputs[name] = tensor;
    if (moves)
      stateOutputs[`next.${name}`] = joinGroup(
        group,
        members.map((member) => here.next.get(member.id) ?? member),
      );
  }

  const all = { ...inputs, ...recorded.inputs, ...scalarInputs, ...stateInputs };
  const reported = { ...metrics, ...directions.metrics, gradientNorm: norm };
  const graph = lowerGraph({ inputs: all, outputs: { loss, ...prefixed('metric.', reported), ...stateOutputs }, target });
  return {
    onnx: writeModel(graph),
    loop:
      target === 'webgpu'
        ? undefined
        : () =>
            writeModel(
              loopOf(graph, {
                carried: state.flatMap(({ input: from, output }) => (output === undefined ? [] : [{ input: from, output }])),
                stacked: Object.keys({ ...inputs, ...recorded.inputs, ...scalarInputs }),
                finite: ['loss', 'metric.gradientNorm'],
              }),
            ),
    target,
    inputs: options.inputs,
    state,
    draws: recorded.specs,
    metrics: Object.keys(reported),
    optimizer: rules.map(({ optimizer }) => optimizer.name).join('+'),
    scalars: (step, learningRate) =>
      Object.fromEntries(
        rules.flatMap((own) =>
          Object.entries(own.optimizer.scalars(step, learningRate * own.rate)).map(([name, value]) => [scalarName(name, own), value]),
        ),
      ),
    params,
    states,
    parameterCount: [...params.values()].reduce((total, { shape }) => total + sizeOf(shape), 0),
    indexBounds: indexBounds([loss, ...Object.values(metrics)]),
    diagnose: () => diagnosis({ loss, gradients: directions.gradients, inputs: all, target }),
  };
}

const scalarName = (name: string, rule: Rule): string => (rule.index === 0 ? `scalar.${name}` : `scalar.${name}.${rule.index}`);

function checkScalars(results: Readonly<Record<string, Sym>>): void {
  for (const [name, sym] of Object.entries(results)) {
    if (sym.shape.length === 0 && sym.dtype === 'float32') continue;
    throw new VerilensError('BAD_SHAPE', `${name} is not a scalar`, {
      place: 'nn trainingStep',
      expected: 'float32[]',
      got: describe(sym),
      remedy: 'Reduce it with mean(x) or sum(x).',
    });
  }
}

function prefixed(prefix: string, record: Readonly<Record<string, Sym>>): Record<string, Sym> {
  return Object.fromEntries(Object.entries(record).map(([name, sym]) => [prefix + name, sym]));
}
