import { VerilensError } from '@verilens/core';
import type { Media } from '@verilens/media';
import { createRandom } from '../random.ts';

export type Label = 'real' | 'fake';

/** One thing to train or test on. Nothing is read before `open`. */
export interface DatasetItem<T = Media> {
  /** Unique in its dataset and stable: for files the path below the root, with forward slashes. */
  readonly id: string;
  readonly label: Label;
  /** How it was forged, e.g. `Deepfakes` or `swap`; real items have none. */
  readonly type?: string;
  /** Whose head it shows. Items without one stand for themselves in splits. */
  readonly identity?: string;
  /** Whose face was put on, or who drives it, where that is known. */
  readonly donor?: string;
  open(options?: { signal?: AbortSignal }): Promise<T>;
}

/** Items in a fixed order. Iterating it is cheap and can be repeated; the media are opened one by one by the reader. */
export interface Dataset<T = Media> extends AsyncIterable<DatasetItem<T>> {
  readonly name: string;
  readonly size: number;
  readonly items: readonly DatasetItem<T>[];
  /** The same items in an order fixed by the seed and the epoch. */
  shuffled(seed: number | string, epoch?: number): Dataset<T>;
  filter(keep: (item: DatasetItem<T>) => boolean, name?: string): Dataset<T>;
}

/** @throws VerilensError DUPLICATE_NAME when two items share an id */
export function createDataset<T>(name: string, items: readonly DatasetItem<T>[]): Dataset<T> {
  const seen = new Set<string>();
  for (const { id } of items) {
    if (seen.has(id)) throw new VerilensError('DUPLICATE_NAME', 'two items share an id', { place: `dataset ${name}`, got: id });
    seen.add(id);
  }
  return view(name, [...items]);
}

function view<T>(name: string, items: readonly DatasetItem<T>[]): Dataset<T> {
  return {
    name,
    size: items.length,
    items,
    shuffled: (seed, epoch = 0) => view(name, createRandom(seed).fork('shuffle').fork(epoch).shuffle(items)),
    filter: (keep, filtered = name) => view(filtered, items.filter(keep)),
    async *[Symbol.asyncIterator]() {
      yield* items;
    },
  };
}

/** The forgery types in a dataset, in alphabetical order. */
export function typesOf(dataset: Dataset<unknown>): string[] {
  return [...new Set(dataset.items.flatMap((item) => item.type ?? []))].sort();
}

/** How many items a dataset has of each kind: a line for logs and reports. */
export function summaryOf(dataset: Dataset<unknown>): {
  real: number;
  fake: number;
  types: Readonly<Record<string, number>>;
  identities: number;
} {
  const types: Record<string, number> = {};
  let real = 0;
  for (const item of dataset.items) {
    if (item.label === 'real') real++;
    if (item.type !== undefined) types[item.type] = (types[item.type] ?? 0) + 1;
  }
  return { real, fake: dataset.size - real, types, identities: new Set(dataset.items.flatMap((item) => item.identity ?? [])).size };
}
