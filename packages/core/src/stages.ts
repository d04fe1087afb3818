import { broadcast } from './broadcast.ts';
import { VerilensError } from './errors.ts';
import type { Stage, StageContext } from './pipeline.ts';

/** A stage from a generator function. */
export function stage<In, Out>(name: string, run: (input: AsyncIterable<In>, context: StageContext) => AsyncIterable<Out>): Stage<In, Out> {
  return { name, run };
}

export interface MapOptions {
  readonly name?: string;
  /** Calls under way at once; results keep the order of the input. Default 1. */
  readonly concurrency?: number;
}

/** One item in, one item out. */
export function map<In, Out>(convert: (item: In, context: StageContext) => Out | Promise<Out>, options: MapOptions = {}): Stage<In, Out> {
  const name = options.name ?? nameOf(convert, 'map');
  const concurrency = wholeNumber(options.concurrency ?? 1, name, 'concurrency');
  return stage(name, async function* (input, context) {
    if (concurrency === 1) {
      for await (const item of input) yield await convert(item, context);
      return;
    }
    // Starting a call as soon as an item comes would read on while all calls are busy; the oldest is waited for first.
    const running: Promise<Out>[] = [];
    try {
      for await (const item of input) {
        const call = started(convert, item, context);
        // A call that fails while an older one is waited for is reported when its turn comes.
        call.catch(() => undefined);
        running.push(call);
        if (running.length === concurrency) yield await running.shift()!;
      }
      while (running.length > 0) yield await running.shift()!;
    } finally {
      await Promise.allSettled(running);
    }
  });
}

/** Keeps the items the test is true for; a type guard narrows the stream. */
export function filter<In, Out extends In>(keep: (item: In) => item is Out, name?: string): Stage<In, Out>;
export function filter<In>(keep: (item: In) => boolean | Promise<boolean>, name?: string): Stage<In, In>;
export function filter<In>(keep: (item: In) => boolean | Promise<boolean>, name: string = nameOf(keep, 'filter')): Stage<In, In> {
  return stage(name, async function* (input) {
    for await (const item of input) if (await keep(item)) yield item;
  });
}

/** Groups of `size` consecutive items; the last may be shorter. */
export function batch<T>(size: number): Stage<T, readonly T[]> {
  const name = `batch(${size})`;
  wholeNumber(size, name, 'size');
  return stage(name, async function* (input) {
    let group: T[] = [];
    for await (const item of input) {
      group.push(item);
      if (group.length === size) {
        yield group;
        group = [];
      }
    }
    if (group.length > 0) yield group;
  });
}

/** Overlapping runs of exactly `size` consecutive items, starting every `stride` items. A stream shorter than `size` gives none. */
export function window<T>(size: number, stride: number = size): Stage<T, readonly T[]> {
  const name = `window(${size}, ${stride})`;
  wholeNumber(size, name, 'size');
  wholeNumber(stride, name, 'stride');
  return stage(name, async function* (input) {
    let held: T[] = [];
    let skip = 0;
    for await (const item of input) {
      if (skip > 0) {
        skip--;
        continue;
      }
      held.push(item);
      if (held.length === size) {
        yield held.slice();
        skip = Math.max(0, stride - size);
        held = held.slice(stride);
      }
    }
  });
}

/**
 * Reads up to `ahead` items in advance, so that what comes before (decoding) and what comes after (inference) work at
 * the same time. Memory grows by at most `ahead` items.
 */
export function prefetch<T>(ahead: number): Stage<T, T> {
  const name = `prefetch(${ahead})`;
  wholeNumber(ahead, name, 'ahead');
  return stage(name, async function* (input) {
    const iterator = input[Symbol.asyncIterator]();
    const waiting: Promise<IteratorResult<T>>[] = [];
    let ended = false;
    // Steps are asked for one after another: generators queue overlapping calls, hand-written iterators may not.
    let last: Promise<unknown> = Promise.resolve();
    const ask = (): void => {
      const step = last
        .then(() => (ended ? END : iterator.next()))
        .then(
          (result) => {
            if (result.done === true) ended = true;
            return result;
          },
          (error: unknown) => {
            ended = true;
            throw error;
          },
        );
      step.catch(() => undefined);
      last = step.catch(() => undefined);
      waiting.push(step);
    };
    try {
      for (;;) {
        while (waiting.length <= ahead) ask();
        const result = await waiting.shift()!;
        if (result.done === true) return;
        yield result.value;
      }
    } finally {
      if (!ended) {
        ended = true;
        await last;
        await iterator.return?.();
      }
    }
  });
}

/** An item of a branch of `tee`. */
export type Tagged<Branches extends Readonly<Record<string, Stage<never, unknown>>>> = {
  [Name in keyof Branches & string]: {
    readonly branch: Name;
    readonly value: Branches[Name] extends Stage<never, infer Out> ? Out : never;
  };
}[keyof Branches & string];

/**
 * Sends every item through several stages at once and joins what they give, each item tagged with its branch. The
 * input is read once; branches run in lock-step, at most `buffer` items apart (default 2).
 */
export function tee<In, Branches extends Readonly<Record<string, Stage<In, unknown>>>>(
  branches: Branches & Readonly<Record<string, Stage<In, unknown>>>,
  options: { readonly buffer?: number } = {},
): Stage<In, Tagged<Branches>> {
  const names = Object.keys(branches);
  return {
    name: `tee(${names.map((name) => `${name}: ${branches[name]!.name}`).join(', ')})`,
    run: async function* (input, context) {
      const inputs = broadcast(input, names.length, { buffer: options.buffer });
      const iterators = names.map((name, index) => branches[name]!.run(inputs[index]!, context)[Symbol.asyncIterator]());
      const ask = async (index: number): Promise<readonly [number, IteratorResult<unknown>]> => [index, await iterators[index]!.next()];
      const pending = new Map<number, Promise<readonly [number, IteratorResult<unknown>]>>();
      for (const index of names.keys()) pending.set(index, ask(index));
      try {
        while (pending.size > 0) {
          const [index, result] = await Promise.race(pending.values());
          if (result.done === true) {
            pending.delete(index);
            // A branch that stops early must not hold the others back.
            await inputs[index]!.return?.();
          } else {
            pending.set(index, ask(index));
            yield { branch: names[index]!, value: result.value } as Tagged<Branches>;
          }
        }
      } finally {
        for (const promise of pending.values()) promise.catch(() => undefined);
        await Promise.allSettled(inputs.map((branch) => branch.return?.()));
        await Promise.allSettled(iterators.map((iterator) => iterator.return?.()));
      }
    },
  };
}

const END: IteratorResult<never> = { done: true, value: undefined };

async function started<In, Out>(
  convert: (item: In, context: StageContext) => Out | Promise<Out>,
  item: In,
  context: StageContext,
): Promise<Out> {
  return convert(item, context);
}

function nameOf(convert: { readonly name: string }, otherwise: string): string {
  return convert.name === '' ? otherwise : convert.name;
}

function wholeNumber(value: number, place: string, option: string): number {
  if (Number.isInteger(value) && value >= 1) return value;
  throw new VerilensError('BAD_OPTION', `${option} is not usable`, { place, expected: 'a whole number of at least 1', got: String(value) });
}
