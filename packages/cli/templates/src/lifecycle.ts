import { throwIfAborted, VerilensError } from '@verilens/core';

/** The life of a component: calls after `dispose` and cancelled calls are refused, and each call is timed. */
export interface Lifecycle {
  /** Opens a call. The function it gives says how many milliseconds the call has taken. */
  begin(signal?: AbortSignal): () => number;
  dispose(): Promise<void>;
}

export function lifecycle(name: string): Lifecycle {
  let disposed = false;
  return {
    begin(signal) {
      if (disposed) throw new VerilensError('DISPOSED', 'used after dispose', { place: name, remedy: 'Create another one.' });
      throwIfAborted(signal, name);
      const started = performance.now();
      return () => performance.now() - started;
    },
    async dispose() {
      disposed = true;
    },
  };
}
