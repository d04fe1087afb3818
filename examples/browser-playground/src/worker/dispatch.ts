import { VerilensError, type VideoFrame } from '@verilens/core';
import type { CallName, Calls, PageFrame, ToPage, ToWorker, WireError } from '../protocol.ts';
import { pixelsOf } from './bitmaps.ts';

/** What a handler is given besides its input. */
export interface CallContext<K extends CallName> {
  readonly signal: AbortSignal;
  emit(event: Calls[K]['event']): void;
  /** Frames that the page hands over, one at a time, when asked. */
  frames(): AsyncGenerator<VideoFrame, void, undefined>;
}

export type Handlers = {
  readonly [K in CallName]: (input: Calls[K]['in'], context: CallContext<K>) => Promise<Calls[K]['out']>;
};

interface Scope {
  postMessage(message: ToPage, transfer: Transferable[]): void;
  addEventListener(type: 'message', listener: (event: MessageEvent<ToWorker>) => void): void;
}

/** Answers the page's calls. Calls may overlap; the runtime queues what a device cannot do at once. */
export function answerCalls(scope: Scope, handlers: Handlers): (message: ToPage) => void {
  const post = (message: ToPage): void => scope.postMessage(message, bitmapsIn(message));
  const running = new Map<number, { readonly abort: AbortController; take?: (frame: PageFrame | undefined) => void }>();

  async function* framesFromPage(id: number): AsyncGenerator<VideoFrame, void, undefined> {
    for (;;) {
      const call = running.get(id);
      if (call === undefined) return;
      const frame = await new Promise<PageFrame | undefined>((resolve) => {
        if (call.abort.signal.aborted) return resolve(undefined);
        call.take = resolve;
        post({ type: 'want', id });
        return undefined;
      });
      if (frame === undefined) return;
      yield { image: pixelsOf(frame.bitmap), timestampMs: frame.timestampMs, index: frame.index };
    }
  }

  async function answer<K extends CallName>(id: number, name: K, input: Calls[K]['in']): Promise<void> {
    const abort = new AbortController();
    running.set(id, { abort });
    try {
      const context: CallContext<K> = {
        signal: abort.signal,
        emit: (event) => post({ type: 'event', id, event }),
        frames: () => framesFromPage(id),
      };
      post({ type: 'result', id, value: await handlers[name](input, context) });
    } catch (error) {
      post({ type: 'error', id, error: wireError(error) });
    } finally {
      running.delete(id);
    }
  }

  scope.addEventListener('message', ({ data }) => {
    if (data.type === 'call') void answer(data.id, data.name, data.input as never);
    else {
      const call = running.get(data.id);
      if (data.type === 'cancel') call?.abort.abort();
      // A cancelled call waits for no frame any more.
      call?.take?.(data.type === 'frame' ? data.frame : undefined);
    }
  });
  return post;
}

export function wireError(error: unknown): WireError {
  if (error instanceof VerilensError) return { code: error.code, message: error.message, remedy: error.remedy };
  return { code: 'RUN_FAILED', message: error instanceof Error ? error.message : String(error) };
}

/** Bitmaps change hands instead of being copied. */
function bitmapsIn(value: unknown, found: Transferable[] = []): Transferable[] {
  if (value instanceof ImageBitmap) found.push(value);
  else if (Array.isArray(value)) for (const item of value) bitmapsIn(item, found);
  else if (typeof value === 'object' && value !== null && Object.getPrototypeOf(value) === Object.prototype)
    for (const item of Object.values(value)) bitmapsIn(item, found);
  return found;
}
