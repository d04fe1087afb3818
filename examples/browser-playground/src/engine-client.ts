import type { CallName, Calls, DeviceChoice, DeviceReport, PageFrame, StageTime, ToPage, ToWorker, WireError } from './protocol.ts';

/** An error that came from the worker, or from its end. */
export class EngineError extends Error {
  readonly code: string;
  readonly remedy: string | undefined;

  constructor({ code, message, remedy }: WireError) {
    super(message);
    this.code = code;
    this.remedy = remedy;
  }
}

export interface CallSettings<Event> {
  readonly signal?: AbortSignal;
  readonly onEvent?: (event: Event) => void;
  /** The next frame of a camera, each time the worker wants one; undefined ends the source. */
  readonly nextFrame?: () => Promise<PageFrame | undefined>;
}

export interface EngineState {
  /** Undefined while a worker starts. */
  readonly report: DeviceReport | undefined;
  readonly wanted: DeviceChoice;
  readonly stages: readonly StageTime[];
  /** Why the device is not the one asked for, or why nothing runs. */
  readonly notice: string | undefined;
}

interface Pending {
  readonly settle: { resolve(value: unknown): void; reject(error: EngineError): void };
  readonly onEvent: ((event: never) => void) | undefined;
  readonly nextFrame: CallSettings<never>['nextFrame'];
}

/** The page's side of the worker. Restarting ends the worker with all its memory and starts another. */
export class EngineClient {
  private worker: Worker | undefined;
  private opened: Promise<void> = Promise.resolve();
  private readonly pending = new Map<number, Pending>();
  private readonly listeners = new Set<(state: EngineState) => void>();
  private lastId = 0;
  private now: EngineState = { report: undefined, wanted: 'auto', stages: [], notice: undefined };

  get state(): EngineState {
    return this.now;
  }

  /** Calls `listener` now and at every change. */
  watch(listener: (state: EngineState) => void): void {
    this.listeners.add(listener);
    listener(this.now);
  }

  /** Ends the running worker, if any, and starts one on `device`. What was running is told so. */
  restart(device: DeviceChoice, notice?: string): Promise<void> {
    this.end({ code: 'ABORTED', message: 'the engine was started anew' });
    this.change({ report: undefined, wanted: device, stages: [], notice });
    const worker = new Worker(new URL('./worker/worker.ts', import.meta.url), { type: 'module', name: 'verilens' });
    this.worker = worker;
    worker.addEventListener('message', ({ data }: MessageEvent<ToPage>) => {
      if (worker === this.worker) this.receive(data);
    });
    worker.addEventListener('error', (event) => {
      event.preventDefault();
      if (worker === this.worker) this.fail(`The engine stopped: ${event.message || 'its file could not be loaded'}.`);
    });
    this.opened = this.send('open', { device }, {}).then(
      (report) => this.change({ ...this.now, report }),
      (error: EngineError) => {
        if (worker === this.worker && device === 'webgpu') return this.restart('wasm', `WebGPU cannot be used: ${error.message}`);
        if (worker === this.worker) this.fail(error.message);
        throw error;
      },
    );
    this.opened.catch(() => undefined);
    return this.opened;
  }

  /** @throws EngineError */
  async call<K extends CallName>(name: K, input: Calls[K]['in'], settings: CallSettings<Calls[K]['event']> = {}): Promise<Calls[K]['out']> {
    await this.opened;
    return this.send(name, input, settings);
  }

  private send<K extends CallName>(name: K, input: Calls[K]['in'], settings: CallSettings<Calls[K]['event']>): Promise<Calls[K]['out']> {
    const { worker } = this;
    const { signal, onEvent, nextFrame } = settings;
    const id = ++this.lastId;
    return new Promise((resolve, reject) => {
      if (worker === undefined) return reject(new EngineError({ code: 'DISPOSED', message: 'the engine is not running' }));
      if (signal?.aborted) return reject(new EngineError({ code: 'ABORTED', message: 'cancelled' }));
      const cancel = (): void => tell(worker, { type: 'cancel', id });
      signal?.addEventListener('abort', cancel, { once: true });
      const done = (): void => {
        this.pending.delete(id);
        signal?.removeEventListener('abort', cancel);
      };
      const settle: Pending['settle'] = {
        resolve: (value) => (done(), resolve(value as Calls[K]['out'])),
        reject: (error) => (done(), reject(error)),
      };
      this.pending.set(id, { settle, onEvent, nextFrame });
      tell(worker, { type: 'call', id, name, input });
    });
  }

  private receive(message: ToPage): void {
    if (message.type === 'stages') return this.change({ ...this.now, stages: message.stages });
    if (message.type === 'lost') {
      const notice = `The graphics device went away (${message.reason}). Everything now runs on WASM; start again what was running.`;
      this.end({ code: 'DEVICE_LOST', message: 'the graphics device went away', remedy: 'Start it again: it now runs on WASM.' });
      return void this.restart('wasm', notice).catch(() => undefined);
    }
    const call = this.pending.get(message.id);
    if (call === undefined) return undefined;
    if (message.type === 'result') call.settle.resolve(message.value);
    else if (message.type === 'error') call.settle.reject(new EngineError(message.error));
    else if (message.type === 'event') call.onEvent?.(message.event as never);
    else void this.giveFrame(message.id, call);
    return undefined;
  }

  private async giveFrame(id: number, { nextFrame }: Pending): Promise<void> {
    const { worker } = this;
    const frame = await nextFrame?.().catch(() => undefined);
    if (worker !== this.worker || !this.pending.has(id)) frame?.bitmap.close();
    else if (worker !== undefined) tell(worker, { type: 'frame', id, frame }, frame === undefined ? [] : [frame.bitmap]);
  }

  private end(error: WireError): void {
    this.worker?.terminate();
    this.worker = undefined;
    for (const { settle } of this.pending.values()) settle.reject(new EngineError(error));
  }

  private fail(notice: string): void {
    this.end({ code: 'RUN_FAILED', message: notice });
    this.change({ ...this.now, report: undefined, notice });
  }

  private change(state: EngineState): void {
    this.now = state;
    for (const listener of this.listeners) listener(state);
  }
}

function tell(worker: Worker, message: ToWorker, transfer: Transferable[] = []): void {
  worker.postMessage(message, transfer);
}
