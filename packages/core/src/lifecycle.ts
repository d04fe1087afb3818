import { throwIfAborted, VerilensError } from './errors.ts';

/** The life of a component: calls after `dispose` and cancelled calls are refused, each call is timed, and what it holds is freed once. */
export interface Lifecycle {
  /** Opens a call. The function it gives says how many milliseconds the call has taken. @throws VerilensError DISPOSED, ABORTED */
  begin(signal?: AbortSignal): () => number;
  /** Whether `dispose` was called: for work that may outlive it. */
  readonly ended: boolean;
  dispose(): Promise<void>;
}

/**
 * @param place Named in errors.
 * @param release Frees what the component holds; called at the first `dispose` alone.
 * @example
 * const life = lifecycle('plugin mine', () => session.dispose());
 * return { async warmup() { life.begin(); }, dispose: life.dispose, [Symbol.asyncDispose]: life.dispose };
 */
export function lifecycle(place: string, release?: () => Promise<void>): Lifecycle {
  let disposed = false;
  return {
    get ended() {
      return disposed;
    },
    begin(signal) {
      if (disposed) throw new VerilensError('DISPOSED', 'used after dispose', { place, remedy: 'Create another one.' });
      throwIfAborted(signal, place);
      const started = performance.now();
      return () => performance.now() - started;
    },
    async dispose() {
      if (disposed) return;
      disposed = true;
      await release?.();
    },
  };
}
