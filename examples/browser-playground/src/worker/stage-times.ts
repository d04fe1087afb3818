import type { Runtime } from '@verilens/core';
import type { StageTime } from '../protocol.ts';

/** Least time between two reports to the page, in milliseconds. */
const EVERY_MS = 400;

/** Adds up how long each stage takes and reports it now and then. */
export interface StageTimes {
  add(name: string, durationMs: number): void;
  measure<T>(name: string, work: () => Promise<T>): Promise<T>;
}

export function stageTimes(report: (stages: readonly StageTime[]) => void): StageTimes {
  const stages = new Map<string, StageTime>();
  let timer: ReturnType<typeof setTimeout> | undefined;
  const times: StageTimes = {
    add(name, durationMs) {
      const before = stages.get(name) ?? { name, runs: 0, totalMs: 0, lastMs: 0 };
      stages.set(name, { name, runs: before.runs + 1, totalMs: before.totalMs + durationMs, lastMs: durationMs });
      timer ??= setTimeout(() => {
        timer = undefined;
        report([...stages.values()]);
      }, EVERY_MS);
    },
    async measure(name, work) {
      const started = performance.now();
      try {
        return await work();
      } finally {
        times.add(name, performance.now() - started);
      }
    },
  };
  return times;
}

/** The same runtime; each run of a model is a stage that carries the model's name. */
export function timedRuntime(runtime: Runtime, times: StageTimes): Runtime {
  const load: Runtime['load'] = async (source, options) => {
    const session = await runtime.load(source, options);
    const name = options?.card?.name ?? options?.name ?? 'model';
    const run: typeof session.run = (feeds, call) => times.measure(name, () => session.run(feeds, call));
    return new Proxy(session, { get: (target, key) => (key === 'run' ? run : Reflect.get(target, key)) });
  };
  return new Proxy(runtime, { get: (target, key) => (key === 'load' ? load : Reflect.get(target, key)) });
}
