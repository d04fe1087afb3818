/** Where an item goes: numbers of the consumers that get it. */
export type Route<T> = (item: T) => readonly number[];

export interface BroadcastOptions<T> {
  /** How many items a consumer may lag behind before the others wait for it. Default 2. */
  readonly buffer?: number;
  /** Default: every consumer gets every item. */
  readonly route?: Route<T>;
}

/**
 * Splits one stream for several consumers that read it at the same time. The source is read once, item by item,
 * and never further ahead than `buffer` items of the slowest consumer: memory does not grow with its length.
 *
 * Every consumer has to be read or closed (`return`), or the others wait for it; one that is closed early is left
 * out from then on. When the last is closed, so is the source. An error of the source reaches every consumer.
 */
export function broadcast<T>(
  source: AsyncIterable<T>,
  count: number,
  options: BroadcastOptions<T> = {},
): readonly AsyncIterableIterator<T>[] {
  const buffer = Math.max(1, options.buffer ?? 2);
  const all = Array.from({ length: count }, (_, index) => index);
  const route = options.route ?? (() => all);
  const queues: T[][] = all.map(() => []);
  const closed: boolean[] = all.map(() => false);
  let iterator: AsyncIterator<T> | undefined;
  let pulling: Promise<void> | undefined;
  let finished = false;
  let failure: { readonly error: unknown } | undefined;
  let change = deferred();

  function announce(): void {
    const { resolve } = change;
    change = deferred();
    resolve();
  }

  async function pull(): Promise<void> {
    try {
      iterator ??= source[Symbol.asyncIterator]();
      const step = await iterator.next();
      if (step.done === true) finished = true;
      else for (const consumer of route(step.value)) if (closed[consumer] === false) queues[consumer]!.push(step.value);
    } catch (error) {
      failure = { error };
    }
  }

  async function next(consumer: number): Promise<IteratorResult<T>> {
    const queue = queues[consumer]!;
    for (;;) {
      if (queue.length > 0) {
        const value = queue.shift() as T;
        announce();
        return { done: false, value };
      }
      if (closed[consumer] === true) return { done: true, value: undefined };
      if (failure !== undefined) throw failure.error;
      if (finished) return { done: true, value: undefined };
      const changed = change.promise;
      if (pulling === undefined && queues.every((waiting) => waiting.length < buffer)) {
        pulling = pull().finally(() => {
          pulling = undefined;
          announce();
        });
      }
      await changed;
    }
  }

  async function close(consumer: number): Promise<IteratorResult<T>> {
    if (closed[consumer] === false) {
      closed[consumer] = true;
      queues[consumer]!.length = 0;
      announce();
      if (closed.every(Boolean) && !finished && failure === undefined) {
        finished = true;
        await pulling;
        await (iterator ?? source[Symbol.asyncIterator]()).return?.();
      }
    }
    return { done: true, value: undefined };
  }

  return all.map((consumer) => {
    const branch: AsyncIterableIterator<T> = {
      next: () => next(consumer),
      return: () => close(consumer),
      [Symbol.asyncIterator]: () => branch,
    };
    return branch;
  });
}

function deferred(): { readonly promise: Promise<void>; readonly resolve: () => void } {
  let resolve: () => void = () => undefined;
  const promise = new Promise<void>((settle) => {
    resolve = settle;
  });
  return { promise, resolve };
}
