import type { CallOptions, Component, RunInfo } from './component.ts';
import type { Image } from './image.ts';
import type { RankedLabel } from './recognizer.ts';

/** New classes with a few pictures of each. */
export interface LearningSession {
  /** At least one class; a class learned earlier may come again with more pictures. */
  readonly classes: readonly { readonly label: string; readonly images: readonly Image[] }[];
}

/** What the learner holds besides its weights: the price of not forgetting. */
export interface MemoryUse {
  /** Pictures kept from earlier sessions. */
  readonly exemplars: number;
  /** Bytes of everything kept: exemplars, prototypes, statistics. */
  readonly bytes: number;
}

export interface LearningResult extends RunInfo {
  /** From 0. */
  readonly session: number;
  /** All labels known after the session, in the order they were learned. */
  readonly labels: readonly string[];
  readonly memory: MemoryUse;
}

export interface Prediction extends RunInfo {
  /** Over all classes so far, best first; scores sum to 1. */
  readonly labels: readonly RankedLabel[];
}

export interface LearnOptions extends CallOptions {
  /** Seed of every random draw. Default 0: the same session gives the same learner. */
  readonly seed?: number;
  readonly onProgress?: (fraction: number) => void;
}

/** Learns new classes from a few pictures, session after session, without losing the old ones. */
export interface IncrementalLearner extends Component {
  readonly labels: readonly string[];
  readonly memory: MemoryUse;
  /** A failed or aborted session leaves the learner as it was. */
  learn(session: LearningSession, options?: LearnOptions): Promise<LearningResult>;
  /** @throws VerilensError BAD_INPUT before the first session */
  predict(image: Image, options?: CallOptions): Promise<Prediction>;
  /** Everything learned, as bytes; `restore` of them gives the same predictions. */
  save(): Promise<Uint8Array>;
  /** @throws VerilensError BAD_INPUT when the bytes are damaged or of another method, and keeps its state then */
  restore(state: Uint8Array): Promise<void>;
}
