import type { Device } from './runtime.ts';

/**
 * What every role shares. A component comes from a plugin's `create`, which gives something that works or
 * throws; it is warmed up on request and disposed of once.
 */
export interface Component extends AsyncDisposable {
  /** The plugin's name, e.g. `stdt`. */
  readonly name: string;
  /** Runs the model once on neutral input so that the first real call is not slow. */
  warmup(): Promise<void>;
  /** Frees sessions and buffers. A second call does nothing; any other call after it throws `DISPOSED`. */
  dispose(): Promise<void>;
}

/** What every result carries. */
export interface RunInfo {
  /** Where the models ran. */
  readonly device: Device;
  /** Wall-clock time of the call in milliseconds, at least 0. */
  readonly durationMs: number;
}

/** What every long call takes. */
export interface CallOptions {
  readonly signal?: AbortSignal;
}
