import { VerilensError } from '@verilens/core';
import { createRandom } from '../random.ts';

/** Few-shot class-incremental learning: many pictures of some classes, then a few pictures of a few classes, again and again. */
export interface SessionProtocol {
  /** Classes of the base session. */
  readonly base: number;
  /** New classes a session. */
  readonly ways: number;
  /** Pictures of each new class. */
  readonly shots: number;
  /** Sessions after the base. */
  readonly sessions: number;
}

/**
 * The usual protocols, as Tao et al. (TOPIC, CVPR 2020) set them and nearly every later paper keeps them. The exact
 * pictures of each session are in the lists of those papers' repositories: see `readSessionLists`.
 */
export const fewShotProtocols: Readonly<Record<'cifar100' | 'miniImageNet' | 'cub200', SessionProtocol>> = {
  cifar100: { base: 60, ways: 5, shots: 5, sessions: 8 },
  miniImageNet: { base: 60, ways: 5, shots: 5, sessions: 8 },
  cub200: { base: 100, ways: 10, shots: 5, sessions: 10 },
};

/** What is learned in one session. */
export interface Session {
  /** Labels that are new in it. */
  readonly classes: readonly number[];
  /** Places of its training pictures. */
  readonly items: readonly number[];
}

/**
 * Draws the sessions of a protocol: classes in the order of their labels unless `shuffleClasses`, all pictures of the
 * base classes, `shots` drawn pictures of each new one.
 *
 * @param labels Of the training pictures.
 * @throws VerilensError BAD_OPTION when the protocol does not add up, BAD_INPUT when classes or pictures are too few
 * @example
 * const sessions = drawSessions(cifar.labels, fewShotProtocols.cifar100, { seed: 0 });
 */
export function drawSessions(
  labels: ArrayLike<number>,
  protocol: SessionProtocol,
  options: { readonly seed: number | string; readonly shuffleClasses?: boolean },
): readonly Session[] {
  const place = 'few-shot sessions';
  const { base, ways, shots, sessions } = protocol;
  for (const [name, value, least] of [
    ['base', base, 1],
    ['ways', ways, 1],
    ['shots', shots, 1],
    ['sessions', sessions, 0],
  ] as const) {
    if (Number.isInteger(value) && value >= least) continue;
    throw new VerilensError('BAD_OPTION', `${name} cannot be used`, {
      place,
      expected: `a whole number from ${least}`,
      got: String(value),
    });
  }
  const random = createRandom(options.seed).fork('sessions');
  const itemsOf = byLabel(labels);
  const inOrder = [...itemsOf.keys()].sort((a, b) => a - b);
  const classes = options.shuffleClasses === true ? random.fork('classes').shuffle(inOrder) : inOrder;
  if (classes.length < base + ways * sessions) {
    throw new VerilensError('BAD_INPUT', 'too few classes for the protocol', {
      place,
      expected: `${base} + ${ways} x ${sessions} classes`,
      got: String(classes.length),
    });
  }
  const first: Session = { classes: classes.slice(0, base), items: classes.slice(0, base).flatMap((label) => itemsOf.get(label)!) };
  const later = Array.from({ length: sessions }, (_, session): Session => {
    const fresh = classes.slice(base + session * ways, base + (session + 1) * ways);
    const items = fresh.flatMap((label) => {
      const all = itemsOf.get(label)!;
      if (all.length < shots) {
        throw new VerilensError('BAD_INPUT', 'a class has too few pictures', {
          place,
          expected: `${shots} of each new class`,
          got: `${all.length} of label ${label}`,
        });
      }
      return random.fork(label).shuffle(all).slice(0, shots);
    });
    return { classes: fresh, items };
  });
  return [first, ...later];
}

/**
 * The sessions that lists name: one list per session, the base first, entries being places in the training set
 * (CIFAR-100) or paths whose last parts are those of an item's (miniImageNet, CUB-200).
 *
 * @param items The training pictures in order; `id` is needed where entries are paths.
 * @throws VerilensError BAD_INPUT for an entry that names no picture, or a class that an earlier session had
 */
export function sessionsFromLists(
  items: readonly { readonly id?: string; readonly label: number }[],
  lists: readonly (readonly string[])[],
): readonly Session[] {
  const byName = new Map<string, number>();
  for (const [index, { id }] of items.entries()) if (id !== undefined) byName.set(lastPart(id), index);
  const seen = new Map<number, number>();
  return lists.map((list, session) => {
    const place = `session list ${session}`;
    const found = list.map((entry) => {
      const index = /^\d+$/.test(entry) ? Number(entry) : byName.get(lastPart(entry));
      if (index !== undefined && index < items.length) return index;
      throw new VerilensError('BAD_INPUT', 'an entry names no training picture', {
        place,
        expected: `a number below ${items.length} or the name of a training picture`,
        got: entry,
        remedy: 'Are the lists those of this data set, and the pictures those of its training split?',
      });
    });
    const classes = [...new Set(found.map((index) => items[index]!.label))].sort((a, b) => a - b);
    for (const label of classes) {
      const before = seen.get(label);
      if (before !== undefined) {
        const got = `label ${label}, also in session ${before}`;
        throw new VerilensError('BAD_INPUT', 'a class is learned in two sessions', { place, expected: 'classes apart', got });
      }
      seen.set(label, session);
    }
    return { classes, items: found };
  });
}

function byLabel(labels: ArrayLike<number>): Map<number, number[]> {
  const groups = new Map<number, number[]>();
  for (let index = 0; index < labels.length; index++) {
    const group = groups.get(labels[index]!);
    if (group === undefined) groups.set(labels[index]!, [index]);
    else group.push(index);
  }
  return groups;
}

function lastPart(path: string): string {
  return path.slice(Math.max(path.lastIndexOf('/'), path.lastIndexOf('\\')) + 1);
}
