import { type Device, type Runtime, type Session, type TensorMap, type TensorSpec, throwIfAborted, VerilensError } from '@verilens/core';

export interface FakeModel {
  readonly inputs: readonly TensorSpec[];
  readonly outputs: readonly TensorSpec[];
  run(feeds: TensorMap): TensorMap | Promise<TensorMap>;
}

export interface FakeRuntimeOptions {
  /** Default `cpu`. */
  readonly device?: Device;
  /** What `load` gives: by name of the model (option `name`, the card's, or the path). */
  readonly models?: Readonly<Record<string, FakeModel>>;
  /** What `read` gives, by path. */
  readonly files?: Readonly<Record<string, Uint8Array>>;
}

export interface FakeRuntime extends Runtime {
  /** Sessions loaded and not disposed of. */
  readonly openSessions: number;
  /** Runs of all sessions so far. */
  readonly runs: number;
}

/** A runtime whose models are functions: for tests of everything around a session. It runs no ONNX. */
export function fakeRuntime(options: FakeRuntimeOptions = {}): FakeRuntime {
  const { device = 'cpu', models = {}, files = {} } = options;
  const place = 'fake runtime';
  const counts = { open: 0, runs: 0 };
  let disposed = false;
  const alive = (gone: boolean): void => {
    if (gone) throw new VerilensError('DISPOSED', 'used after dispose', { place });
  };
  const runtime: FakeRuntime = {
    name: 'fake',
    device,
    threads: 1,
    probes: [{ device, available: true, reason: 'a fake that runs functions', durationMs: 0 }],
    get openSessions() {
      return counts.open;
    },
    get runs() {
      return counts.runs;
    },
    async load(source, { name, card, signal } = {}) {
      alive(disposed);
      throwIfAborted(signal, place);
      const wanted = name ?? card?.name ?? (source instanceof Uint8Array ? 'bytes' : String(source));
      const model = models[wanted];
      if (model === undefined)
        throw new VerilensError('NOT_FOUND', `there is no model "${wanted}"`, {
          place,
          remedy: `Known: ${Object.keys(models).join(', ') || 'none'}.`,
        });
      counts.open++;
      let closed = false;
      const session: Session = {
        device,
        inputs: model.inputs,
        outputs: model.outputs,
        async run(feeds, { outputs, signal: runSignal } = {}) {
          alive(closed || disposed);
          throwIfAborted(runSignal, place);
          for (const { name: input } of model.inputs) {
            if (feeds[input] === undefined) throw new VerilensError('UNKNOWN_NAME', `input "${input}" is missing`, { place: wanted });
          }
          counts.runs++;
          const answers = await model.run(feeds);
          return outputs === undefined ? answers : Object.fromEntries(outputs.map((output) => [output, answers[output]!]));
        },
        async dispose() {
          if (!closed) counts.open--;
          closed = true;
        },
        [Symbol.asyncDispose]: () => session.dispose(),
      };
      return session;
    },
    async read(source, { signal } = {}) {
      alive(disposed);
      throwIfAborted(signal, place);
      const bytes = files[String(source)];
      if (bytes === undefined) throw new VerilensError('NOT_FOUND', `there is no file "${String(source)}"`, { place });
      return bytes;
    },
    async dispose() {
      disposed = true;
    },
    [Symbol.asyncDispose]: () => runtime.dispose(),
  };
  return runtime;
}
