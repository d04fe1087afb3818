import { VerilensError } from '@verilens/core';
import { createRandom } from '../random.ts';
import type { Dataset, DatasetItem } from './dataset.ts';

export interface SplitOptions<P extends string> {
  readonly seed: number | string;
  /** Share of each part, e.g. `{ train: 0.7, validation: 0.1, test: 0.2 }`; scaled to a sum of 1. */
  readonly parts: Readonly<Record<P, number>>;
  /**
   * What to do with people tied together through forgeries (target and donor) in groups too large for the shares:
   * `refuse` (default) throws, `drop` gives every person to one part and leaves out the items that would straddle two.
   */
  readonly ties?: 'refuse' | 'drop';
}

export interface Split<P extends string, T> {
  readonly parts: Readonly<Record<P, Dataset<T>>>;
  /** Items left out because their people fell into different parts. */
  readonly dropped: readonly DatasetItem<T>[];
}

/**
 * Splits a dataset so that no person, as target or as donor, is in two parts. Same seed, same split.
 * @throws VerilensError BAD_OPTION for shares that cannot be used, BAD_INPUT when a part would be empty or lack a class
 * @example
 * const { parts } = identityDisjointSplit(dataset, { seed: 0, parts: { train: 0.8, test: 0.2 } });
 */
export function identityDisjointSplit<T, P extends string>(dataset: Dataset<T>, options: SplitOptions<P>): Split<P, T> {
  const { seed, ties = 'refuse' } = options;
  const names = Object.keys(options.parts) as P[];
  const shares = names.map((name) => options.parts[name]);
  const whole = shares.reduce((sum, share) => sum + share, 0);
  if (names.length === 0 || shares.some((share) => !Number.isFinite(share) || share <= 0)) {
    throw new VerilensError('BAD_OPTION', 'shares cannot be used', {
      place: `split of ${dataset.name}`,
      expected: 'a positive share for each part',
      got: JSON.stringify(options.parts),
    });
  }
  const groups = ties === 'drop' ? byPerson(dataset.items) : tiedTogether(dataset.items);
  const partOf = assign(
    groups,
    shares.map((share) => share / whole),
    createRandom(seed).fork('split'),
  );
  const buckets = names.map((): DatasetItem<T>[] => []);
  const dropped: DatasetItem<T>[] = [];
  for (const item of dataset.items) {
    const homes = new Set(peopleOf(item).map((person) => partOf.get(person)!));
    if (homes.size === 1) buckets[[...homes][0]!]!.push(item);
    else dropped.push(item);
  }
  const classes = new Set(dataset.items.map((item) => item.label));
  buckets.forEach((bucket, i) => {
    const missing = [...classes].filter((label) => !bucket.some((item) => item.label === label));
    if (missing.length > 0 || bucket.length === 0) {
      const largest = groups.reduce((most, group) => Math.max(most, group.items.length), 0);
      throw new VerilensError('BAD_INPUT', `part ${names[i]} would have no ${missing.join(' and no ') || 'item'}`, {
        place: `split of ${dataset.name}`,
        expected: 'enough people who are not tied together',
        got: `${dataset.size} items, ${groups.length} groups of people, the largest with ${largest} items`,
        remedy:
          ties === 'refuse' && groups.length > 1
            ? "Use fewer parts, other shares, or ties: 'drop' to leave out items whose people fall into different parts."
            : ties === 'refuse'
              ? "Use ties: 'drop' to leave out items whose people fall into different parts."
              : 'Use fewer parts or other shares.',
      });
    }
  });
  const members = buckets.map((bucket) => new Set(bucket));
  const parts = Object.fromEntries(
    names.map((name, i) => [name, dataset.filter((item) => members[i]!.has(item), `${dataset.name}/${name}`)]),
  ) as Record<P, Dataset<T>>;
  return { parts, dropped };
}

/**
 * k folds, each person in the test part of exactly one.
 * @throws as `identityDisjointSplit`
 */
export function identityFolds<T>(
  dataset: Dataset<T>,
  options: { seed: number | string; folds: number; ties?: 'refuse' | 'drop' },
): { train: Dataset<T>; test: Dataset<T> }[] {
  const { seed, folds, ties } = options;
  if (!Number.isInteger(folds) || folds < 2)
    throw new VerilensError('BAD_OPTION', 'folds cannot be used', {
      place: `folds of ${dataset.name}`,
      expected: 'a whole number, 2 or more',
      got: String(folds),
    });
  const names = Array.from({ length: folds }, (_, i) => `fold ${i}`);
  const { parts } = identityDisjointSplit(dataset, { seed, ties, parts: Object.fromEntries(names.map((name) => [name, 1])) });
  const home = new Map(names.flatMap((name) => parts[name]!.items.map((item) => [item.id, name] as const)));
  return names.map((name) => ({
    train: dataset.filter((item) => home.has(item.id) && home.get(item.id) !== name, `${dataset.name}/${name}/train`),
    test: dataset.filter((item) => home.get(item.id) === name, `${dataset.name}/${name}/test`),
  }));
}

interface Group {
  readonly people: readonly string[];
  readonly items: readonly DatasetItem<unknown>[];
}

function peopleOf(item: DatasetItem<unknown>): string[] {
  const people = [item.identity, item.donor].filter((person) => person !== undefined).map((person) => `person ${person}`);
  return people.length > 0 ? people : [`item ${item.id}`];
}

function byPerson(items: readonly DatasetItem<unknown>[]): Group[] {
  const groups = new Map<string, DatasetItem<unknown>[]>();
  for (const item of items) {
    // an item counts for its first person only, so that the shares add up
    peopleOf(item).forEach((person, i) => {
      const group = groups.get(person) ?? groups.set(person, []).get(person)!;
      if (i === 0) group.push(item);
    });
  }
  return [...groups].map(([person, members]) => ({ people: [person], items: members }));
}

/** People joined by a common item, directly or through others (union-find). */
function tiedTogether(items: readonly DatasetItem<unknown>[]): Group[] {
  const parent = new Map<string, string>();
  const root = (person: string): string => {
    let at = person;
    while (parent.get(at)! !== at) {
      parent.set(at, parent.get(parent.get(at)!)!);
      at = parent.get(at)!;
    }
    return at;
  };
  for (const item of items) {
    const people = peopleOf(item);
    for (const person of people) if (!parent.has(person)) parent.set(person, person);
    for (const person of people.slice(1)) parent.set(root(person), root(people[0]!));
  }
  const groups = new Map<string, { people: string[]; items: DatasetItem<unknown>[] }>();
  const groupAt = (person: string): { people: string[]; items: DatasetItem<unknown>[] } => {
    const key = root(person);
    return groups.get(key) ?? groups.set(key, { people: [], items: [] }).get(key)!;
  };
  for (const person of parent.keys()) groupAt(person).people.push(person);
  for (const item of items) groupAt(peopleOf(item)[0]!).items.push(item);
  return [...groups.values()];
}

/** Gives each group, large ones first, to the part that is furthest below its share of both classes. */
function assign(groups: readonly Group[], shares: readonly number[], random: ReturnType<typeof createRandom>): Map<string, number> {
  const counts = (group: Group): [number, number] => {
    const real = group.items.filter((item) => item.label === 'real').length;
    return [real, group.items.length - real];
  };
  // input order must not matter: sort by name, then shuffle, then by size (stable)
  const ordered = random
    .shuffle([...groups].sort((a, b) => (a.people[0]! < b.people[0]! ? -1 : 1)))
    .sort((a, b) => b.items.length - a.items.length);
  const total = ordered.reduce<[number, number]>((sum, group) => [sum[0] + counts(group)[0], sum[1] + counts(group)[1]], [0, 0]);
  const filled = shares.map((): [number, number] => [0, 0]);
  const partOf = new Map<string, number>();
  for (const group of ordered) {
    const add = counts(group);
    let best = 0;
    let bestNeed = -Infinity;
    shares.forEach((share, p) => {
      // what is missing, in shares of this part, weighed by what the group brings
      const need = [0, 1].reduce(
        (sum, c) => (total[c] === 0 ? sum : sum + ((add[c]! + 0.01) / total[c]!) * (1 - filled[p]![c]! / (share * total[c]!))),
        0,
      );
      if (need > bestNeed + 1e-12) {
        bestNeed = need;
        best = p;
      }
    });
    filled[best]![0] += add[0];
    filled[best]![1] += add[1];
    for (const person of group.people) partOf.set(person, best);
  }
  return partOf;
}
