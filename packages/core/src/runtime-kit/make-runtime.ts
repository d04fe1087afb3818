import { throwIfAborted, VerilensError } from '../errors.ts';
import type { Device, DeviceProbe, LoadOptions, RunOptions, Runtime, Session, TensorSpec } from '../runtime.ts';
import { Tensor, type TensorMap } from '../tensor.ts';
import { checkCard } from './check-card.ts';
import { checkFeeds, checkOutputs } from './check-feeds.ts';
import { loadFailure, runFailure } from './engine-errors.ts';
import type { Engine, EngineSession, SessionSettings } from './engine.ts';
import { readSource } from './files.ts';
import { type CheckedModel, MAX_MODEL_BYTES, readModel } from './model-file.ts';
import { plainProducts } from './plain-products.ts';
import { checkThreads } from './probe.ts';
import { deviceQueue, type RunQueue } from './queue.ts';

export interface RuntimeParts {
  readonly name: string;
  readonly engine: Engine;
  readonly device: Device;
  readonly threads: number;
  readonly probes: readonly DeviceProbe[];
  /** True where models may be fetched over http(s). */
  readonly fetches: boolean;
  /** Larger models are refused; 2^31 - 1 when left out. */
  readonly maxModelBytes?: number;
  /** See `Runtime.convolutionBlock`. */
  readonly convolutionBlock?: 8 | 16;
  /** True where the engine can run sessions in a thread of their own. */
  readonly background?: boolean;
}

/** One engine session, shared by every `load` of the same bytes. */
interface Shared {
  users: number;
  readonly session: Promise<EngineSession>;
  readonly queue: RunQueue;
}

/** Wraps an engine on a device that was probed into the contract of core. */
export function makeRuntime(parts: RuntimeParts): Runtime {
  const queues = {
    ours: deviceQueue(`${parts.name} ${parts.device}`),
    background: deviceQueue(`${parts.name} ${parts.device} background`),
  };
  const cache = new Map<string, Shared>();
  const open = new Set<Session>();
  const limits = { maxBytes: parts.maxModelBytes ?? MAX_MODEL_BYTES, fetches: parts.fetches };
  let disposed = false;
  let unshared = 0;
  const alive = (): void => {
    if (disposed) throw new VerilensError('DISPOSED', 'the runtime was disposed', { place: parts.name, remedy: 'Create a new one.' });
  };

  const share = (model: CheckedModel, settings: SessionSettings): { shared: Shared; release: () => Promise<void> } => {
    // Tensors beside the model may change between loads, so such models are not shared.
    const key = [model.sha256, settings.background, settings.threads, ...(model.external.length === 0 ? [] : [(unshared += 1)])].join(' ');
    const queue = settings.background ? queues.background : queues.ours;
    let shared = cache.get(key);
    if (shared === undefined) {
      const session = queue
        .add(
          () =>
            parts.engine.create(
              parts.device === 'webgpu' ? plainProducts(model.bytes) : model.bytes,
              model.external,
              parts.device,
              settings,
            ),
          model.place,
        )
        .catch((error: unknown) => {
          cache.delete(key);
          throw loadFailure(error, parts.device, model.place);
        });
      shared = { users: 0, session, queue };
      cache.set(key, shared);
    }
    const entry = shared;
    entry.users += 1;
    const release = async (): Promise<void> => {
      entry.users -= 1;
      if (entry.users > 0) return;
      if (cache.get(key) === entry) cache.delete(key);
      const session = await entry.session.catch(() => undefined);
      // Behind every run already queued.
      if (session !== undefined) await queue.add(() => session.release(), model.place);
    };
    return { shared: entry, release };
  };

  const runtime: Runtime = {
    name: parts.name,
    device: parts.device,
    threads: parts.threads,
    probes: parts.probes,
    ...(parts.convolutionBlock === undefined ? {} : { convolutionBlock: parts.convolutionBlock }),
    async load(source, options: LoadOptions = {}) {
      alive();
      const model = await readModel(source, options, limits);
      alive();
      const { shared, release } = share(model, {
        background: options.background === true && parts.background === true,
        threads: Math.min(parts.threads, checkThreads(options.threads, parts.threads, model.place)),
      });
      try {
        const engineSession = await shared.session;
        // Not handed to the queue: another load may wait for the same engine session.
        throwIfAborted(options.signal, model.place);
        refuseOtherValues([...engineSession.inputs, ...engineSession.outputs], model.place);
        if (options.card !== undefined) checkCard(options.card, engineSession.inputs, engineSession.outputs, model.place);
        alive();
        const session = makeSession(engineSession, parts.device, shared.queue, model.place, async () => {
          open.delete(session);
          await release();
        });
        open.add(session);
        return session;
      } catch (error) {
        await release();
        throw error;
      }
    },
    async read(source, options = {}) {
      alive();
      return readSource(source, { place: parts.name, ...limits, signal: options.signal });
    },
    async dispose() {
      disposed = true;
      await Promise.all([...open].map((session) => session.dispose()));
    },
    [Symbol.asyncDispose]: () => runtime.dispose(),
  };
  return runtime;
}

function makeSession(engine: EngineSession, device: Device, queue: RunQueue, place: string, release: () => Promise<void>): Session {
  let ended: Promise<void> | undefined;
  const inputs: readonly TensorSpec[] = engine.inputs;
  const outputs: readonly TensorSpec[] = engine.outputs;
  const alive = (): void => {
    if (ended !== undefined) throw new VerilensError('DISPOSED', 'the session was disposed', { place, remedy: 'Load the model again.' });
  };
  const session: Session = {
    device,
    inputs,
    outputs,
    async run(feeds: TensorMap, options: RunOptions = {}) {
      alive();
      const wanted = checkOutputs(outputs, options.outputs, place);
      checkFeeds(inputs, feeds, place);
      if (wanted.length === 0) return {};
      return queue.add(
        async () => {
          alive();
          try {
            return ownTensors(await engine.run(feeds, wanted, options.transfer));
          } catch (error) {
            throw runFailure(error, device, place);
          }
        },
        place,
        options.signal,
      );
    },
    dispose() {
      ended ??= release();
      return ended;
    },
    [Symbol.asyncDispose]: () => session.dispose(),
  };
  return session;
}

/** Engines may be bundled with a copy of the Tensor class; what leaves here is always core's. */
function ownTensors(outputs: TensorMap): TensorMap {
  const own: TensorMap = {};
  for (const [name, value] of Object.entries(outputs))
    own[name] = value instanceof Tensor ? value : new Tensor((value as Tensor).type, (value as Tensor).data, (value as Tensor).dims);
  return own;
}

function refuseOtherValues(specs: readonly TensorSpec[], place: string): void {
  const other = specs.find((spec) => spec.dtype === 'other');
  if (other !== undefined)
    throw new VerilensError('UNSUPPORTED', `"${other.name}" of the model is a sequence, map or optional`, {
      place,
      expected: 'inputs and outputs that are tensors',
      remedy: 'Export the model so (for scikit-learn: zipmap off).',
    });
}
