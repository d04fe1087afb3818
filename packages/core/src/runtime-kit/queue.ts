import { throwIfAborted, VerilensError } from '../errors.ts';

/** Runs tasks one after another. A waiting task whose signal fires is dropped; a started one always finishes. */
export interface RunQueue {
  add<T>(task: () => Promise<T>, place: string, signal?: AbortSignal): Promise<T>;
}

/** A new, empty queue. */
export function runQueue(): RunQueue {
  const waiting: (() => Promise<void>)[] = [];
  let busy = false;
  const pump = async (): Promise<void> => {
    if (busy) return;
    busy = true;
    for (let next = waiting.shift(); next !== undefined; next = waiting.shift()) await next();
    busy = false;
  };
  return {
    add: (task, place, signal) =>
      new Promise((resolve, reject) => {
        try {
          throwIfAborted(signal, place);
        } catch (error) {
          reject(error);
          return;
        }
        const start = async (): Promise<void> => {
          signal?.removeEventListener('abort', drop);
          try {
            resolve(await task());
          } catch (error) {
            reject(error);
          }
        };
        const drop = (): void => {
          const index = waiting.indexOf(start);
          if (index < 0) return;
          waiting.splice(index, 1);
          reject(new VerilensError('ABORTED', 'cancelled by the caller while waiting for the device', { place, cause: signal?.reason }));
        };
        signal?.addEventListener('abort', drop, { once: true });
        waiting.push(start);
        void pump();
      }),
  };
}

const queues = new Map<string, RunQueue>();

/**
 * The one queue of a device, shared by all sessions and runtimes of this process.
 * Two overlapping runs on one GPU device hang ONNX Runtime's WebGPU provider, across sessions too.
 */
export function deviceQueue(key: string): RunQueue {
  const queue = queues.get(key) ?? runQueue();
  queues.set(key, queue);
  return queue;
}
