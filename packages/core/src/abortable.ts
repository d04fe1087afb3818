import { throwIfAborted, VerilensError } from './errors.ts';

/** How long a cancelled stage may take to come to rest before its consumer is told anyway. */
const GRACE_MS = 250;

/**
 * The same stream, ending with ABORTED as soon as `signal` fires, even while the source is in the middle of a step.
 * The source is closed (`return`), so its `finally` blocks run; a source that does not come to rest within a quarter
 * of a second is left to finish alone.
 */
export function abortable<T>(source: AsyncIterable<T>, signal: AbortSignal | undefined, place: string): AsyncIterable<T> {
  if (signal === undefined) return source;
  return { [Symbol.asyncIterator]: () => abortableIterator(source[Symbol.asyncIterator](), signal, place) };
}

function abortableIterator<T>(iterator: AsyncIterator<T>, signal: AbortSignal, place: string): AsyncIterator<T> {
  let done = false;
  return {
    async next() {
      if (done) return { done: true, value: undefined };
      if (signal.aborted) {
        done = true;
        await settledWithin(iterator.return?.(), GRACE_MS);
        throwIfAborted(signal, place);
      }
      const step = iterator.next();
      const result = await orAborted(step, signal);
      if (result === ABORTED) {
        done = true;
        await settledWithin(
          step.then(() => iterator.return?.()),
          GRACE_MS,
        );
        throw new VerilensError('ABORTED', 'cancelled by the caller', { place, cause: signal.reason });
      }
      if (result.done === true) done = true;
      return result;
    },
    async return() {
      if (!done) {
        done = true;
        if (signal.aborted) await settledWithin(iterator.return?.(), GRACE_MS);
        else await iterator.return?.();
      }
      return { done: true, value: undefined };
    },
  };
}

const ABORTED: unique symbol = Symbol('aborted');

async function orAborted<T>(promise: Promise<T>, signal: AbortSignal): Promise<T | typeof ABORTED> {
  let stop: () => void = () => undefined;
  const aborted = new Promise<typeof ABORTED>((resolve) => {
    stop = () => resolve(ABORTED);
    signal.addEventListener('abort', stop, { once: true });
  });
  try {
    return await Promise.race([promise, aborted]);
  } finally {
    signal.removeEventListener('abort', stop);
  }
}

async function settledWithin(work: PromiseLike<unknown> | undefined, limitMs: number): Promise<void> {
  if (work === undefined) return;
  let timer: ReturnType<typeof setTimeout> | undefined;
  const late = new Promise<void>((resolve) => {
    timer = setTimeout(resolve, limitMs);
  });
  await Promise.race([
    Promise.resolve(work).then(
      () => undefined,
      () => undefined,
    ),
    late,
  ]);
  clearTimeout(timer);
}
