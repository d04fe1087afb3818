import type { CallOptions, Component, RunInfo } from './component.ts';
import type { Image } from './image.ts';
import type { RankedLabel } from './recognizer.ts';

/** New classes with a few pictures of each. */
export interface LearningSession {
  /** At least one class, none twice; a class learned earlier may come again with more pictures. */
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
  /** `fraction` 0..1 of the session, never falling, 1 at its end; `stage` says what is being done, in a word. */
  readonly onProgress?: (fraction: number, stage: string) => void;
}

/** A picture that a learner keeps to remember a class by. It may be a real one, or one made to stand for several. */
export interface Exemplar {
  readonly label: string;
  readonly image: Image;
}

/** Learns new classes from a few pictures, session after session, without losing the old ones. */
export interface IncrementalLearner extends Component {
  readonly labels: readonly string[];
  readonly memory: MemoryUse;
  /** A failed or aborted session leaves the learner as it was. */
  learn(session: LearningSession, options?: LearnOptions): Promise<LearningResult>;
  /** The pictures it keeps, as many as `memory.exemplars`: what a saved learner gives away of what it was shown. */
  exemplars(): Promise<readonly Exemplar[]>;
  /** @throws VerilensError BAD_INPUT before the first session */
  predict(image: Image, options?: CallOptions): Promise<Prediction>;
  /** Everything learned, as bytes; `restore` of them gives the same predictions, on any runtime. */
  save(): Promise<Uint8Array>;
  /** @throws VerilensError BAD_INPUT when the bytes are damaged or of another method or configuration, and keeps its state then */
  restore(state: Uint8Array): Promise<void>;
}
