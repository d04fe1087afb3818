import { concat, reshape, split } from '../ops/shape.ts';
import { input } from '../ops/source.ts';
import { sizeOf, type Sym } from '../sym.ts';
import type { Target } from '../target.ts';
import type { Optimizer } from './optimizers.ts';
import type { Leaf, ParamSpec, StateSpec } from '../module.ts';

/** Parameters of at most this many elements are joined: each tensor costs about 5 us a step on its own. */
const SMALL = 4096;

/** Parameters, or states of modules, that live in one state tensor. */
export interface StateGroup {
  readonly name: string;
  readonly decay: boolean;
  /** One member: the tensor has its shape. Several: it is flat and holds them in order. */
  readonly members: readonly { readonly name: string; readonly shape: readonly number[]; readonly size: number }[];
  readonly shape: readonly number[];
}

/** Decides which parameters share a state tensor. */
export function layOut(params: ReadonlyMap<string, ParamSpec>, optimizer: Optimizer, target: Target): StateGroup[] {
  return group(params, (name, { shape, decay }) => decay ?? optimizer.decays(name, shape), target);
}

/** Decides which states of modules share a tensor. */
export function layOutStates(states: ReadonlyMap<string, StateSpec>, target: Target): StateGroup[] {
  return group(states, () => false, target);
}

/** Joins small tensors that decay alike. WebGPU kernels cannot split into many, so there none is joined. */
function group<T extends Leaf>(leaves: ReadonlyMap<string, T>, decays: (name: string, leaf: T) => boolean, target: Target): StateGroup[] {
  const groups: StateGroup[] = [];
  const small = new Map<boolean, StateGroup['members'][number][]>();
  for (const [name, leaf] of leaves) {
    const { shape } = leaf;
    const decay = decays(name, leaf);
    const member = { name, shape, size: sizeOf(shape) };
    if (target === 'webgpu' || member.size > SMALL) groups.push({ name, decay, members: [member], shape });
    else small.set(decay, [...(small.get(decay) ?? []), member]);
  }
  for (const [decay, members] of small) {
    const [only] = members;
    if (members.length === 1) groups.push({ name: only!.name, decay, members, shape: only!.shape });
    else groups.push({ name: decay ? 'small.decayed' : 'small', decay, members, shape: [members.reduce((n, m) => n + m.size, 0)] });
  }
  return groups;
}

/** The group's tensor as a graph input, and its members cut out of it. */
export function openGroup(group: StateGroup, slot: 'param' | 'state'): { readonly tensor: Sym; readonly members: readonly Sym[] } {
  const role = slot === 'param' ? 'parameter' : 'state';
  const tensor = input(`${slot}.${group.name}`, { shape: group.shape, dtype: 'float32' }, role);
  if (group.members.length === 1) return { tensor, members: [tensor] };
  const parts = split(
    tensor,
    group.members.map((m) => m.size),
    0,
  );
  return { tensor, members: parts.map((part, i) => reshape(part, group.members[i]!.shape)) };
}

/** Values of the members as one tensor of the group's shape. */
export function joinGroup(group: StateGroup, values: readonly Sym[]): Sym {
  if (group.members.length === 1) return values[0]!;
  return concat(
    values.map((g, i) => reshape(g, [group.members[i]!.size])),
    0,
  );
}
