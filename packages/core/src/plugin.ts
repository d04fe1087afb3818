import type { Anonymizer } from './anonymizer.ts';
import type { Detector, EvidenceCurve } from './detector.ts';
import type { Explainer } from './explainer.ts';
import type { Grounder } from './grounder.ts';
import type { IncrementalLearner } from './incremental-learner.ts';
import type { Recognizer } from './recognizer.ts';
import type { Runtime } from './runtime.ts';
import type { Resolve } from './services.ts';
import type { Synthesizer } from './synthesizer.ts';
import type { Tracker } from './tracker.ts';
import type { TrainOptions, TrainResult } from './training.ts';

/** The roles, each with the contract its plugins fulfil. */
export interface Roles {
  detector: Detector;
  recognizer: Recognizer;
  explainer: Explainer;
  tracker: Tracker;
  'incremental-learner': IncrementalLearner;
  anonymizer: Anonymizer;
  synthesizer: Synthesizer;
  grounder: Grounder;
}
export type Role = keyof Roles;

/** What a plugin's `create` is handed: it never looks for its environment itself. */
export interface PluginContext {
  readonly runtime: Runtime;
  readonly signal?: AbortSignal;
  /** Other services of the engine, by token. Absent when a plugin is created by hand. */
  readonly resolve?: Resolve;
}

/** One published method. A plugin package's factory (options in, plain object out) returns this. */
export interface Plugin<R extends Role = Role> {
  /** The method's short name, e.g. `stdt`. */
  readonly name: string;
  readonly role: R;
  /** Contract version of core this plugin was written for. */
  readonly apiVersion: 1;
  /** Gives something that works, or throws. */
  create(context: PluginContext): Promise<Roles[R]>;
  /** Training, for methods that train here. Loaded lazily. */
  readonly trainer?: () => Promise<Trainer>;
}

export interface Trainer {
  /** e.g. `small`, `paper` */
  readonly presets: readonly string[];
  train(data: unknown, options: TrainOptions): Promise<TrainResult>;
  /** Reruns the paper's claim in miniature. */
  evidence?(options: EvidenceOptions): Promise<EvidenceReport>;
}

export interface EvidenceOptions {
  readonly runtime: Runtime;
  readonly seeds: readonly number[];
  /** A form that ends in a minute or two, for tests. */
  readonly quick?: boolean;
  readonly signal?: AbortSignal;
  readonly onProgress?: (message: string, fraction: number) => void;
  readonly checkpoints?: import('./training.ts').CheckpointStore;
}

/** The answer to one of a method's claims. */
export interface Finding {
  readonly claim: string;
  readonly answer: 'yes' | 'no' | 'not separable';
  /** The figures behind the answer, with their intervals. */
  readonly because: string;
}

export interface EvidenceReport {
  readonly method: string;
  /** Rows of the result table: setting -> measure -> mean, spread (standard deviation over seeds) and the seeds' values. */
  readonly rows: readonly {
    readonly setting: string;
    readonly measures: Readonly<Record<string, { mean: number; sd: number; values: readonly number[] }>>;
  }[];
  readonly findings: readonly Finding[];
  readonly notes: readonly string[];
  /** What is better seen than read; the README shows them. */
  readonly curves?: readonly EvidenceCurve[];
}
