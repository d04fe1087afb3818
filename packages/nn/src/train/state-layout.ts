import { concat, reshape, split } from '../ops/shape.ts';
import { input } from '../ops/source.ts';
import { sizeOf, type Sym } from '../sym.ts';
import type { Target } from '../target.ts';
import type { Leaf } from '../module.ts';

interface Joining {
  /** Parameters of at most this many elements are joined. */
  readonly small: number;
  /** What one tensor may hold, in elements. */
  readonly most: number;
}

/** On processors each tensor costs about 5 us a step, and its update some twelve nodes. */
const ON_PROCESSORS: Joining = { small: 2 ** 14, most: Infinity };

/**
 * On a GPU each tensor of state costs a step 0.7 ms, there and back, whatever it holds (an NVIDIA H200 through Vulkan): a small
 * transformer with all of them apart took 131 ms in place of 19. A kernel sees 128 MiB of a tensor at least; a joined one stays
 * far below.
 */
const ON_GPU: Joining = { small: 2 ** 18, most: 2 ** 22 };

/** Parameters, or states of modules, that live in one state tensor. */
export interface StateGroup {
  readonly name: string;
  /** One member: the tensor has its shape. Several: it is flat and holds them in order. */
  readonly members: readonly { readonly name: string; readonly shape: readonly number[]; readonly size: number }[];
  readonly shape: readonly number[];
}

type Members = StateGroup['members'];

/** Decides which parameters or states share a tensor: small ones that are treated alike, that is, of one `kind`. */
export function layOut(leaves: ReadonlyMap<string, Leaf>, kind: (name: string) => string, target: Target): StateGroup[] {
  const { small, most } = target === 'webgpu' ? ON_GPU : ON_PROCESSORS;
  const groups: StateGroup[] = [];
  const alike = new Map<string, Members[number][]>();
  for (const [name, { shape }] of leaves) {
    const member = { name, shape, size: sizeOf(shape) };
    if (member.size > small) groups.push({ name, members: [member], shape });
    else alike.set(kind(name), [...(alike.get(kind(name)) ?? []), member]);
  }
  for (const [of, all] of alike) {
    filled(all, most).forEach((members, i) => {
      const [only] = members;
      const name = ['small', ...(of === '' ? [] : [of]), ...(i === 0 ? [] : [i + 1])].join(' ');
      groups.push(
        members.length === 1 ? { name: only!.name, members, shape: only!.shape } : { name, members, shape: [sizeOfAll(members)] },
      );
    });
  }
  return groups;
}

/** The members in order, in as many parts as it takes that none holds more than `most`. */
function filled(all: Members, most: number): Members[] {
  const parts: Members[number][][] = [[]];
  for (const member of all) {
    const last = parts.at(-1)!;
    if (last.length > 0 && sizeOfAll(last) + member.size > most) parts.push([member]);
    else last.push(member);
  }
  return parts;
}

const sizeOfAll = (members: Members): number => members.reduce((n, { size }) => n + size, 0);

/**
 * The order in which updates are written: joined groups first, the largest last, then the others as they are. ONNX Runtime goes
 * depth first from the last node, latest inputs first. So it computes a layer's weight gradient while the gradient that it needs
 * is still in the cache, the last layer's first; if it began with biases, it would go through the whole backward pass for them
 * and then once more through memory for the weights.
 */
export function inUpdateOrder(groups: readonly StateGroup[]): readonly StateGroup[] {
  const size = (group: StateGroup): number => (group.members.length === 1 ? Infinity : sizeOf(group.shape));
  return groups.toSorted((a, b) => (size(a) === size(b) ? 0 : size(a) - size(b)));
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
