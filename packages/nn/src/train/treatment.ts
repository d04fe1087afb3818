import { VerilensError } from '@verilens/core';
import type { ParamSpec } from '../module.ts';
import type { Optimizer } from './optimizers.ts';

/** Parameters that learn otherwise than the rest. */
export interface ParameterGroup {
  /** Which parameters, by dotted name and shape. The first group that matches counts. */
  readonly match: (name: string, shape: readonly number[]) => boolean;
  /** Multiplies the schedule's learning rate. Default 1 */
  readonly rate?: number;
  /** Default: the step's own, e.g. `adamW({ weightDecay: 0 })` for another decay. */
  readonly optimizer?: Optimizer;
}

export interface TreatmentOptions {
  readonly optimizer: Optimizer;
  /** Groups with their own rate or optimiser; what no group matches is treated by `optimizer` at the schedule's rate. */
  readonly groups?: readonly ParameterGroup[];
  /** Parameters that stay as they are, bit for bit. Nothing is computed towards them. */
  readonly frozen?: (name: string, shape: readonly number[]) => boolean;
}

/** An optimiser at a rate. */
export interface Rule {
  readonly index: number;
  readonly optimizer: Optimizer;
  readonly rate: number;
}

/** What a step does with a parameter. No rule: it is frozen. */
export interface Treatment {
  readonly rule: Rule | undefined;
  readonly decay: boolean;
}

/** The treatment of every parameter. @throws VerilensError BAD_OPTION when a group matches nothing or nothing is left to train */
export function treatments(params: ReadonlyMap<string, ParamSpec>, options: TreatmentOptions): ReadonlyMap<string, Treatment> {
  const { optimizer, groups = [], frozen = () => false } = options;
  const rules = [
    { optimizer, rate: 1 },
    ...groups.map((group) => ({ optimizer: group.optimizer ?? optimizer, rate: group.rate ?? 1 })),
  ].map((rule, index): Rule => ({ ...rule, index }));
  const matched = new Set<number>();
  const found = new Map<string, Treatment>();
  for (const [name, { shape, decay: own }] of params) {
    const group = groups.findIndex(({ match }) => match(name, shape));
    if (group !== -1) matched.add(group);
    const rule = frozen(name, shape) ? undefined : rules[group + 1]!;
    found.set(name, { rule, decay: rule !== undefined && (own ?? rule.optimizer.decays(name, shape)) });
  }
  const idle = groups.findIndex((_, i) => !matched.has(i));
  if (idle !== -1) throw badTreatment(`parameter group ${idle} matches no parameter`, 'at least one match', params);
  if (![...found.values()].some(({ rule }) => rule !== undefined))
    throw badTreatment('nothing is left to train', 'a parameter that is not frozen', params);
  return found;
}

function badTreatment(summary: string, expected: string, params: ReadonlyMap<string, ParamSpec>): VerilensError {
  const names = [...params.keys()];
  return new VerilensError('BAD_OPTION', summary, {
    place: 'nn trainingStep',
    expected,
    got: `parameters ${names.slice(0, 12).join(', ')}${names.length > 12 ? ` and ${names.length - 12} more` : ''}`,
    remedy: 'Match by these names.',
  });
}
