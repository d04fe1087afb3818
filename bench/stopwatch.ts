import { FACE_STAGE, FRAME_SOURCE, type FaceStage, type FrameSource, type Runtime, type Service, type Token } from '@verilens/core';

/** Wall time spent waiting for parts of a run, in milliseconds, and how often. */
export interface Stopwatch {
  readonly ms: Map<string, number>;
  readonly count: Map<string, number>;
  reset(): void;
}

export function stopwatch(): Stopwatch {
  const ms = new Map<string, number>();
  const count = new Map<string, number>();
  return {
    ms,
    count,
    reset() {
      ms.clear();
      count.clear();
    },
  };
}

function note(watch: Stopwatch, name: string, started: number, counted: boolean): void {
  watch.ms.set(name, (watch.ms.get(name) ?? 0) + performance.now() - started);
  if (counted) watch.count.set(name, (watch.count.get(name) ?? 0) + 1);
}

/** The same stream; the time until each item came goes to `name`. */
async function* timed<T>(stream: AsyncIterable<T>, watch: Stopwatch, name: string): AsyncGenerator<T> {
  const iterator = stream[Symbol.asyncIterator]();
  try {
    for (;;) {
      const started = performance.now();
      const result = await iterator.next();
      note(watch, name, started, result.done !== true);
      if (result.done === true) return;
      yield result.value;
    }
  } finally {
    await iterator.return?.();
  }
}

/** A service whose opening of media, frames and face clips are timed as `open`, `frames` and `clips`; `clips` holds the wait for frames too. */
export function timedService(service: Service, watch: Stopwatch): Service {
  return {
    name: service.name,
    register: (services) =>
      service.register({
        register: <T>(token: Token<T>, factory: Parameters<typeof services.register<T>>[1]) =>
          services.register<T>(token, async (resolve) => around(token, await factory(resolve), watch)),
      }),
  };
}

function around<T>(token: Token<T>, made: T, watch: Stopwatch): T {
  if (token === (FRAME_SOURCE as symbol)) {
    const source = made as FrameSource;
    const open: FrameSource['open'] = async (media, options) => {
      const started = performance.now();
      const opened = await source.open(media, options);
      note(watch, 'open', started, true);
      return { ...opened, frames: timed(opened.frames, watch, 'frames') };
    };
    return { ...source, open } as T;
  }
  if (token === (FACE_STAGE as symbol)) {
    const stage = made as FaceStage;
    return { ...stage, clips: (frames, spec, options) => timed(stage.clips(frames, spec, options), watch, 'clips') } as FaceStage as T;
  }
  return made;
}

/** A runtime whose sessions are timed, as `session <name of the model>`. */
export function timedRuntime(runtime: Runtime, watch: Stopwatch): Runtime {
  const load: Runtime['load'] = async (source, options) => {
    const session = await runtime.load(source, options);
    const name = `session ${options?.card?.name ?? options?.name ?? 'model'}`;
    const run: typeof session.run = async (feeds, call) => {
      const started = performance.now();
      try {
        return await session.run(feeds, call);
      } finally {
        note(watch, name, started, true);
      }
    };
    return new Proxy(session, { get: (target, key) => (key === 'run' ? run : Reflect.get(target, key)) });
  };
  return new Proxy(runtime, { get: (target, key) => (key === 'load' ? load : Reflect.get(target, key)) });
}
