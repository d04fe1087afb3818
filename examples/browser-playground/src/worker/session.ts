import { type Engine, type Runtime, type Service, VerilensError } from '@verilens/core';
import type { DeviceReport, ToPage } from '../protocol.ts';
import { type StageTimes, stageTimes, timedRuntime } from './stage-times.ts';

/** What all handlers share: one runtime, opened once, and where its time goes. */
export interface WorkerSession {
  readonly times: StageTimes;
  open(device: 'auto' | 'webgpu' | 'wasm'): Promise<DeviceReport>;
  /** @throws VerilensError NO_DEVICE before `open` */
  runtime(): Runtime;
  /** The engine called `name`, made when first asked for. */
  engine(name: string, make: (runtime: Runtime) => Promise<Engine>): Promise<Engine>;
}

export function workerSession(post: (message: ToPage) => void): WorkerSession {
  const times = stageTimes((stages) => post({ type: 'stages', stages }));
  const engines = new Map<string, Promise<Engine>>();
  let opened: Runtime | undefined;
  const runtime = (): Runtime => {
    if (opened !== undefined) return opened;
    throw new VerilensError('NO_DEVICE', 'no device was opened', { place: 'playground', remedy: 'Choose one in the Device panel.' });
  };
  return {
    times,
    runtime,
    async open(device) {
      const { wasm } = await import('@verilens/runtime-wasm');
      const real = await wasm({ device, onLost: (reason) => post({ type: 'lost', reason }) });
      opened = timedRuntime(real, times);
      return { device: real.device, threads: real.threads, probes: real.probes };
    },
    engine(name, make) {
      let engine = engines.get(name);
      if (engine === undefined) {
        engine = make(runtime());
        engines.set(name, engine);
        // A failed start may be tried again.
        engine.catch(() => engines.delete(name));
      }
      return engine;
    },
  };
}

/** Services as they are, but for the tokens that `wrap` changes on their way. */
export function wrapped(service: Service, wrap: (token: symbol, made: unknown) => unknown): Service {
  return {
    name: service.name,
    register: (services) =>
      service.register({
        register: (token, factory) =>
          services.register(token, async (resolve) => wrap(token, await factory(resolve)) as Awaited<ReturnType<typeof factory>>),
      }),
  };
}
