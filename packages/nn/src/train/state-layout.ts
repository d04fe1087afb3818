import { concat, reshape, split } from '../ops/shape.ts';
import { input } from '../ops/source.ts';
import { sizeOf, type Sym } from '../sym.ts';
import type { Target } from '../target.ts';
import type { Leaf } from '../module.ts';

/** Parameters of at most this many elements are joined: each tensor costs about 5 us a step on its own, and its update some twelve nodes. */
const SMALL = 16_384;

/** Parameters, or states of modules, that live in one state tensor. */
export interface StateGroup {
  readonly name: string;
  /** One member: the tensor has its shape. Several: it is flat and holds them in order. */
  readonly members: readonly { readonly name: string; readonly shape: readonly number[]; readonly size: number }[];
  readonly shape: readonly number[];
}

/**
 * Decides which parameters or states share a tensor: small ones that are treated alike, that is, of one `kind`.
 * WebGPU kernels cannot split into many, so there none does.
 */
export function layOut(leaves: ReadonlyMap<string, Leaf>, kind: (name: string) => string, target: Target): StateGroup[] {
  const groups: StateGroup[] = [];
  const small = new Map<string, StateGroup['members'][number][]>();
  for (const [name, { shape }] of leaves) {
    const member = { name, shape, size: sizeOf(shape) };
    if (target === 'webgpu' || member.size > SMALL) groups.push({ name, members: [member], shape });
    else small.set(kind(name), [...(small.get(kind(name)) ?? []), member]);
  }
  for (const [alike, members] of small) {
    const [only] = members;
    if (members.length === 1) groups.push({ name: only!.name, members, shape: only!.shape });
    else groups.push({ name: alike === '' ? 'small' : `small ${alike}`, members, shape: [members.reduce((n, m) => n + m.size, 0)] });
  }
  return groups;
}

/** The group's tensor as a graph input. */
export function groupInput(group: StateGroup, slot: 'param' | 'state'): Sym {
  return input(`${slot}.${group.name}`, { shape: group.shape, dtype: 'float32' }, slot === 'param' ? 'parameter' : 'state');
}

/** A group's members cut out of its tensor. */
export function openGroup(group: StateGroup, tensor: Sym): readonly Sym[] {
  if (group.members.length === 1) return [tensor];
  const parts = split(
    tensor,
    group.members.map((m) => m.size),
    0,
  );
  return parts.map((part, i) => reshape(part, group.members[i]!.shape));
}

/** Values of the members as one tensor of the group's shape. */
export function joinGroup(group: StateGroup, values: readonly Sym[]): Sym {
  if (group.members.length === 1) return values[0]!;
  return concat(
    values.map((g, i) => reshape(g, [group.members[i]!.size])),
    0,
  );
}
