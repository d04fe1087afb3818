import type { ModelCard } from './model-card.ts';
import type { TensorMap } from './tensor.ts';

export type Device = 'cuda' | 'webgpu' | 'cpu' | 'wasm';

/** What happened when a device was tried: a real one-node session is run, its answer compared. */
export interface DeviceProbe {
  readonly device: Device;
  readonly available: boolean;
  /** Why not, in a sentence, or what was found (adapter, thread count). */
  readonly reason: string;
  /** How to make it available, if that is known. */
  readonly remedy?: string;
  readonly durationMs: number;
}

/** Where a model comes from. A string is a file path in Node and a URL in browsers. */
export type ModelSource = Uint8Array | URL | string;

export interface LoadOptions {
  /** When given, the bytes must have the card's SHA-256, and inputs and outputs its names and shapes. */
  card?: ModelCard;
  /** Name used in errors; defaults to the card's name or the path. */
  name?: string;
  /**
   * Runs go in a thread beside the caller's, who decodes and prepares the next input meanwhile. Inputs are copied for
   * each run: for models that judge, not for training steps. Where a device has no such thread (all but native CPU) it
   * makes no difference. Default false; plugins in an engine get true unless they say otherwise.
   */
  background?: boolean;
  /** Threads inside one run, if fewer than the runtime's: small networks are no faster on several. CPU only. */
  threads?: number;
  signal?: AbortSignal;
}

export interface RunOptions {
  /** Names of the outputs wanted; all when left out. */
  outputs?: readonly string[];
  /**
   * The memory of the feeds may go to the thread that computes; they must not be read afterwards. Spares a session in the
   * background its copy and makes no difference elsewhere. Default false
   */
  transfer?: boolean;
  signal?: AbortSignal;
}

export interface TensorSpec {
  readonly name: string;
  readonly dtype: string;
  /** A string is a named, free dimension. */
  readonly shape: readonly (number | string)[];
}

/** A loaded model on one device. `run` calls may overlap; the runtime queues them where the device needs it. */
export interface Session extends AsyncDisposable {
  readonly device: Device;
  readonly inputs: readonly TensorSpec[];
  readonly outputs: readonly TensorSpec[];
  /** @throws VerilensError BAD_SHAPE, UNKNOWN_NAME, ABORTED, DISPOSED, RUN_FAILED */
  run(feeds: TensorMap, options?: RunOptions): Promise<TensorMap>;
  dispose(): Promise<void>;
}

/** An execution environment: `native()` of runtime-native or `wasm()` of runtime-wasm gives one that works or throws NO_DEVICE. */
export interface Runtime extends AsyncDisposable {
  readonly name: string;
  readonly device: Device;
  /** Threads used inside one run (1 where the notion does not apply). */
  readonly threads: number;
  /** Every device that was tried, in order, with the reason it was or was not taken. */
  readonly probes: readonly DeviceProbe[];
  /**
   * Channels per block of the engine's blocked convolution operators (`com.microsoft.nchwc`), after a trial with the right
   * answer. Undefined where there are none, or they are switched off. Graphs with them run nowhere else.
   */
  readonly convolutionBlock?: 8 | 16;
  load(source: ModelSource, options?: LoadOptions): Promise<Session>;
  /** Bytes of a file beside a model (card, vocabulary), read as the runtime reads models. */
  read(source: URL | string, options?: { signal?: AbortSignal }): Promise<Uint8Array>;
  dispose(): Promise<void>;
}
