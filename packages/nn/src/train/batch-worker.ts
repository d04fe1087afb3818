import { VerilensError } from '@verilens/core';
import type { Batch } from './batch.ts';

/** One end of a `MessageChannel`, the same in Node and in browsers. */
export interface Port {
  postMessage(message: unknown, transfer: ArrayBuffer[]): void;
  addEventListener(type: 'message', listener: (event: { readonly data: unknown }) => void): void;
  start(): void;
}

type Asked = { readonly step: number };
type Answer =
  | { readonly step: number; readonly batch: Readonly<Record<string, Float32Array | Int32Array>> }
  | { readonly step: number; readonly error: string };

/** In a worker: answers the requests of `workerBatches` with batches made by `make`. Their memory is handed over, not copied. */
export function serveBatches(
  port: Port,
  make: (step: number) => Readonly<Record<string, Float32Array<ArrayBuffer> | Int32Array<ArrayBuffer>>>,
): void {
  port.addEventListener('message', ({ data }) => {
    const { step } = data as Asked;
    try {
      const batch = make(step);
      port.postMessage({ step, batch } satisfies Answer, [...new Set(Object.values(batch).map(({ buffer }) => buffer))]);
    } catch (error) {
      port.postMessage({ step, error: error instanceof Error ? (error.stack ?? error.message) : String(error) } satisfies Answer, []);
    }
  });
  port.start();
}

/**
 * In the trainer's thread: the `batch` function of `fit` that has workers make the batches, step s in worker s mod n, so that
 * loading and augmentation overlap with the steps, which block the thread. Ask `fit` for a `prefetch` of one per worker.
 */
export function workerBatches(ports: readonly Port[]): (step: number) => Promise<Batch> {
  if (ports.length === 0)
    throw new VerilensError('BAD_OPTION', 'no worker', { place: 'nn workerBatches', expected: 'at least one port', got: 'none' });
  const open = new Map<number, { done: (batch: Batch) => void; failed: (error: unknown) => void }>();
  for (const port of ports) {
    port.addEventListener('message', ({ data }) => {
      const answer = data as Answer;
      const asked = open.get(answer.step);
      open.delete(answer.step);
      if ('batch' in answer) asked?.done(answer.batch);
      else
        asked?.failed(
          new VerilensError('BAD_INPUT', `a worker could not make the batch of step ${answer.step}`, {
            place: 'nn workerBatches',
            got: answer.error,
          }),
        );
    });
    port.start();
  }
  return (step) =>
    new Promise((done, failed) => {
      open.set(step, { done, failed });
      ports[step % ports.length]!.postMessage({ step } satisfies Asked, []);
    });
}
