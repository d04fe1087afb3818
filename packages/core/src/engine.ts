import type { Component } from './component.ts';
import { createServices, type Services } from './container.ts';
import type { Detector } from './detector.ts';
import { throwIfAborted, VerilensError } from './errors.ts';
import type { Image, VideoFrame } from './image.ts';
import { checkPlugin } from './manifest.ts';
import { judge, type JudgeOptions } from './panel.ts';
import type { PanelResult } from './panel-result.ts';
import type { Plugin, Role, Roles } from './plugin.ts';
import { createRegistry, type Registry } from './registry.ts';
import type { Runtime } from './runtime.ts';
import {
  FACE_STAGE,
  FRAME_SOURCE,
  RUNTIME,
  type MediaInput,
  type OpenedMedia,
  type OpenOptions,
  type Resolve,
  type Service,
} from './services.ts';

export interface EngineOptions {
  /** A runtime stays its maker's and outlives the engine; a function makes one that is disposed of with the engine. */
  readonly runtime: Runtime | Promise<Runtime> | (() => Promise<Runtime>);
  readonly plugins?: readonly Plugin[];
  /** e.g. `[media(), faces()]` */
  readonly services?: readonly Service[];
  readonly signal?: AbortSignal;
}

export interface PanelOptions extends JudgeOptions {
  /** Names of the detectors to ask; all when left out. */
  detectors?: readonly string[];
  /** Frames a second to sample from a video, in runs of neighbours where a detector judges clips. Default 16. */
  fps?: number;
}

/** Plugins and services wired to one runtime. */
export interface Engine extends AsyncDisposable {
  readonly runtime: Runtime;
  /** What is installed, in the order given. */
  readonly plugins: readonly { readonly name: string; readonly role: Role }[];
  /**
   * The panel: every installed detector that applies judges the medium; the answer holds each one's score beside the
   * fused one.
   *
   * @throws VerilensError of the medium (NOT_FOUND, BAD_INPUT, UNSUPPORTED, TOO_LARGE), ABORTED, DISPOSED,
   *   UNKNOWN_NAME for a detector or service nobody installed
   */
  detect(media: MediaInput, options?: PanelOptions): Promise<PanelResult>;
  /** One plugin's component. @throws VerilensError UNKNOWN_NAME */
  get<R extends Role>(role: R, name: string): Roles[R];
  /** All components of a role, in the order given. */
  all<R extends Role>(role: R): readonly Roles[R][];
  /** A service by its token. */
  readonly resolve: Resolve;
  /** Runs every model once so that first calls are not slow. */
  warmup(): Promise<void>;
  /** Disposes of components and services, last made first; waits for nothing under way. */
  dispose(): Promise<void>;
}

/**
 * Gives an engine that works, or throws and leaves nothing behind.
 *
 * @example
 * const engine = await createEngine({ runtime: await native(), plugins: [stdt()], services: [media(), faces()] });
 * const { status, score, models } = await engine.detect('interview.mp4');
 * await engine.dispose();
 *
 * @throws VerilensError BAD_PLUGIN, UNSUPPORTED, DUPLICATE_NAME, NO_DEVICE, UNKNOWN_NAME when a detector wants faces
 *   and no service finds them, and whatever a plugin's `create` throws
 */
export async function createEngine(options: EngineOptions): Promise<Engine> {
  const { signal } = options;
  throwIfAborted(signal, 'engine');
  const plugins = createRegistry<Plugin>('plugin', 'engine');
  for (const plugin of options.plugins ?? []) {
    const checked = checkPlugin(plugin, 'engine');
    plugins.register(checked.name, checked);
  }
  const owned = typeof options.runtime === 'function';
  const runtime = await (typeof options.runtime === 'function' ? options.runtime() : options.runtime);
  const components = createRegistry<{ readonly role: Role; readonly component: Component }>('component', 'engine');
  let services: Services | undefined;
  try {
    services = await createServices();
    services.lend(RUNTIME, runtime);
    for (const service of options.services ?? []) service.register(services);
    for (const [name, plugin] of plugins) {
      throwIfAborted(signal, 'engine');
      const component = await plugin.create({ runtime: inBackground(runtime), signal, resolve: services.resolve });
      components.register(name, { role: plugin.role, component });
      if (plugin.role === 'detector' && (component as Detector).demand.kind === 'face-clips' && !services.has(FACE_STAGE)) {
        throw new VerilensError('UNKNOWN_NAME', `${name} judges faces and nothing finds them`, {
          place: 'engine',
          remedy: 'Add faces() of @verilens/faces to the services of createEngine.',
        });
      }
    }
  } catch (error) {
    await disposeAll(components, services, owned ? runtime : undefined).catch(() => undefined);
    throw error;
  }
  return assembleEngine(runtime, owned, plugins, components, services);
}

/** The same runtime; its models are loaded into the background unless the plugin says otherwise, so that detecting leaves the caller's thread free. */
function inBackground(runtime: Runtime): Runtime {
  const load: Runtime['load'] = (source, options) => runtime.load(source, { background: true, ...options });
  return new Proxy(runtime, { get: (target, key) => (key === 'load' ? load : Reflect.get(target, key)) });
}

type Components = Registry<{ readonly role: Role; readonly component: Component }>;

function assembleEngine(runtime: Runtime, owned: boolean, plugins: Registry<Plugin>, components: Components, services: Services): Engine {
  let disposed = false;
  const alive = (): void => {
    if (disposed) throw new VerilensError('DISPOSED', 'the engine was disposed of', { place: 'engine', remedy: 'Create another one.' });
  };
  const engine: Engine = {
    runtime,
    plugins: [...plugins].map(([name, { role }]) => ({ name, role })),
    async detect(media, options = {}) {
      alive();
      throwIfAborted(options.signal, 'engine');
      const { detectors: wanted, fps, ...rest } = options;
      const detectors = wanted === undefined ? engine.all('detector') : wanted.map((name) => engine.get('detector', name));
      if (detectors.length === 0) {
        throw new VerilensError('UNKNOWN_NAME', 'no detector is installed', {
          place: 'engine',
          remedy: 'Pass at least one, e.g. stdt(), to createEngine.',
        });
      }
      const opened = await openMedia(media, services, { ...samplingFor(detectors, fps), signal: options.signal });
      try {
        return await judge(opened, { detectors, device: runtime.device, faceStage: () => services.resolve(FACE_STAGE) }, rest);
      } finally {
        await opened.close?.();
      }
    },
    get<R extends Role>(role: R, name: string) {
      alive();
      const found = components.get(name);
      if (found.role === role) return found.component as Roles[R];
      throw new VerilensError('UNKNOWN_NAME', `"${name}" is no ${role}`, {
        place: 'engine',
        expected: `a ${role}`,
        got: `a ${found.role}`,
      });
    },
    all<R extends Role>(role: R) {
      alive();
      return [...components].flatMap(([, found]) => (found.role === role ? [found.component as Roles[R]] : []));
    },
    resolve: services.resolve,
    async warmup() {
      alive();
      for (const [, { component }] of components) await component.warmup();
    },
    async dispose() {
      if (disposed) return;
      disposed = true;
      await disposeAll(components, services, owned ? runtime : undefined);
    },
    [Symbol.asyncDispose]: () => engine.dispose(),
  };
  return engine;
}

/** Everything is disposed of even when one of them fails; the first failure is reported at the end. */
async function disposeAll(components: Components, services: Services | undefined, runtime: Runtime | undefined): Promise<void> {
  const order = [...[...components].map(([, { component }]) => component).reverse(), services, runtime];
  const failures: unknown[] = [];
  for (const item of order) {
    try {
      await item?.dispose();
    } catch (error) {
      failures.push(error);
    }
  }
  if (failures.length > 0) throw failures[0];
}

/** Clips need consecutive frames: the budget is then spent on runs of them, as long as the longest clip anyone asks for. */
function samplingFor(detectors: readonly Detector[], fps: number = 16): Pick<OpenOptions, 'fps' | 'bursts'> {
  const specs = detectors.flatMap(({ demand }) => (demand.kind === 'face-clips' ? [demand] : []));
  const frames = Math.max(0, ...specs.map((spec) => spec.frames));
  if (frames <= 1) return { fps };
  // Frames are left out where no detector wants them; a slower clip than the fastest is long enough in time, not in frames.
  const frameMs = specs.every((spec) => spec.frameMs !== undefined) ? Math.min(...specs.map((spec) => spec.frameMs!)) : undefined;
  const longest = frameMs === undefined ? frames : Math.max(...specs.map((spec) => Math.ceil((spec.frames * spec.frameMs!) / frameMs)));
  return { bursts: { frames: longest, perSecond: fps / longest, ...(frameMs === undefined ? {} : { frameMs }) } };
}

/** Pixels and frames need no service; everything else is opened by the one that provides FRAME_SOURCE. */
async function openMedia(media: MediaInput, services: Services, options: OpenOptions): Promise<OpenedMedia> {
  if (isImage(media)) {
    const frame: VideoFrame = { image: media, timestampMs: 0, index: 0 };
    return { kind: 'image', frames: oneFrame(frame), info: { format: 'pixels', width: media.width, height: media.height, durationMs: 0 } };
  }
  if (isFrames(media)) return { kind: 'video', frames: media, info: { format: 'frames', width: 0, height: 0 } };
  if (!services.has(FRAME_SOURCE)) {
    throw new VerilensError('UNKNOWN_NAME', 'nothing opens media', {
      place: 'engine',
      remedy: 'Add media() of @verilens/media to the services of createEngine, or pass pixels or frames.',
    });
  }
  const source = await services.resolve(FRAME_SOURCE);
  return source.open(media, options);
}

async function* oneFrame(frame: VideoFrame): AsyncGenerator<VideoFrame> {
  yield frame;
}

function isImage(media: MediaInput): media is Image {
  if (typeof media !== 'object' || !('data' in media && 'width' in media && 'height' in media)) return false;
  const { data, width, height } = media;
  if (Number.isInteger(width) && Number.isInteger(height) && width > 0 && height > 0 && data.length === width * height * 4) return true;
  throw new VerilensError('BAD_INPUT', 'the picture does not add up', {
    place: 'engine',
    expected: 'data of width * height * 4 values, RGBA',
    got: `${width} x ${height} and ${data?.length} values`,
  });
}

function isFrames(media: MediaInput): media is AsyncIterable<VideoFrame> {
  return typeof media === 'object' && !(media instanceof Uint8Array) && Symbol.asyncIterator in media && !('getReader' in media);
}
