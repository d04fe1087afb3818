import type { CallOptions, Component, RunInfo } from './component.ts';
import type { Image } from './image.ts';
import type { Tensor } from './tensor.ts';

/**
 * A model as an explainer sees it: pictures in, scores out, and whatever of its inside it is willing to show.
 * Any classifier, detector or recognizer can be wrapped as one.
 */
export interface ExplainableModel {
  readonly name: string;
  /** Names of the scores, e.g. class labels or `['authentic', 'manipulated']`. */
  readonly outputs: readonly string[];
  /** One row per picture, one column per output; all finite. Pictures may differ from each other in size. */
  score(images: readonly Image[], options?: CallOptions): Promise<readonly Float32Array[]>;
  /** Derivative of the objective by the input pixels, `[3, H, W]`, RGB 0..1. Absent: only perturbation methods apply. */
  gradient?(image: Image, objective: Objective, options?: CallOptions): Promise<Tensor>;
  /** Activations of a named layer, `[C, h, w]`, and the derivative of the objective by them: what Grad-CAM needs. */
  features?(image: Image, layer: string, objective: Objective, options?: CallOptions): Promise<{ activation: Tensor; gradient: Tensor }>;
}

/** What is to be explained about an answer. */
export type Objective =
  /** Why is this output as high as it is? */
  | { readonly kind: 'output'; readonly output: string }
  /** Why this one rather than that one? */
  | { readonly kind: 'contrast'; readonly output: string; readonly against: string };

/** What the removed part of a picture was replaced by; a saliency map means nothing without it. */
export type Baseline =
  | { readonly kind: 'blur'; readonly sigmaPx: number }
  | { readonly kind: 'constant'; readonly rgb: readonly [number, number, number] }
  | { readonly kind: 'image'; readonly image: Image };

/** Importance of each cell of a grid laid over the picture. */
export interface SaliencyMap {
  readonly rows: number;
  readonly columns: number;
  /** rows x columns, row by row. Positive speaks for the objective, negative against it; scaled so that the largest magnitude is 1, or all 0. */
  readonly values: Float32Array;
}

/** How well the map tells what the model really uses. */
export interface Fidelity {
  /** Area under the score as the most important cells are removed first, 0..1 of the full score: lower is better. */
  readonly deletion: number;
  /** Area under the score as the most important cells are put back first: higher is better. */
  readonly insertion: number;
  /** The same two for a seeded random order: a map no better than this explains nothing. */
  readonly random: { readonly deletion: number; readonly insertion: number };
  /** Steps along each curve. */
  readonly steps: number;
}

export interface Explanation extends RunInfo {
  readonly objective: Objective;
  readonly saliency: SaliencyMap;
  /** Absent only when the call asked not to measure it. */
  readonly fidelity?: Fidelity;
  readonly baseline: Baseline;
  /** Value of the objective on the untouched picture. */
  readonly value: number;
  /** How many times the model was run. */
  readonly modelRuns: number;
}

export interface ExplainOptions extends CallOptions {
  readonly baseline?: Baseline;
  /** Default true: a map without its fidelity is a picture, not evidence. */
  readonly fidelity?: boolean;
  /** Seed of every random draw. Default 0. */
  readonly seed?: number;
  readonly onProgress?: (fraction: number) => void;
}

/** Shows which parts of a picture a model's answer rests on. */
export interface Explainer extends Component {
  /** @throws VerilensError UNKNOWN_NAME for an objective the model lacks, UNSUPPORTED when it hides what the method needs */
  explain(model: ExplainableModel, image: Image, objective: Objective, options?: ExplainOptions): Promise<Explanation>;
}
