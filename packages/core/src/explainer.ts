import type { CallOptions, Component, RunInfo } from './component.ts';
import type { Image } from './image.ts';
import type { Tensor } from './tensor.ts';

/**
 * A model as an explainer sees it: pictures in, scores out, and whatever of its inside it is willing to show.
 * Any classifier, detector or recognizer can be wrapped as one; `@verilens/explain` wraps ONNX files and our own components.
 */
export interface ExplainableModel {
  readonly name: string;
  /** Names of the scores, e.g. class labels or `['authentic', 'manipulated']`. Their places are the class numbers. */
  readonly outputs: readonly string[];
  /** The size at which the model looks at every picture, in pixels. Explainers bring a picture to it first. Absent: any size. */
  readonly size?: { readonly width: number; readonly height: number };
  /** Memory that one picture of a batch takes while the model runs, if that is known. */
  readonly bytesPerImage?: number;
  /** One row per picture, one column per output; all finite. Pictures may differ from each other in size. */
  score(images: readonly Image[], options?: CallOptions): Promise<readonly Float32Array[]>;
  /**
   * Derivative of the weighted sum of the scores by the pixels: linear in the weights, so one graph serves every objective.
   * Absent: only methods that need scores apply.
   *
   * @param pixels `[N, 3, H, W]`, RGB 0..1, of the model's size. Not bytes: a path between two pictures has no 8-bit steps.
   * @param weights One row per picture, one weight per output.
   */
  gradient?(pixels: Tensor, weights: readonly Float32Array[], options?: CallOptions): Promise<PixelGradient>;
  /** The scores of such pixels alone: cheaper than a gradient, for objectives whose slope depends on the scores. */
  scorePixels?(pixels: Tensor, options?: CallOptions): Promise<readonly Float32Array[]>;
  /** Layers that `features` can show, in the order they are computed. */
  readonly layers?: readonly string[];
  /** Activations of one layer (when not named, the last whose maps have more than one cell) and the derivative of the weighted sum by them: what Grad-CAM needs. */
  features?(pixels: Tensor, weights: readonly Float32Array[], options?: CallOptions & { readonly layer?: string }): Promise<LayerFeatures>;
}

export interface PixelGradient {
  readonly scores: readonly Float32Array[];
  /** `[N, 3, H, W]`, by pixel values 0..1. */
  readonly gradient: Tensor;
}

export interface LayerFeatures {
  readonly layer: string;
  readonly scores: readonly Float32Array[];
  /** `[N, C, h, w]` */
  readonly activation: Tensor;
  /** `[N, C, h, w]` */
  readonly gradient: Tensor;
}

/** What is to be explained about an answer: always said, never guessed. `objective.ts` reads it. */
export type Objective =
  /** Why is the score of this class (place among the outputs, from 0) as high as it is? With `against`: why this one rather than that? */
  | { readonly class: number; readonly against?: number }
  /** The same by the outputs' names. */
  | { readonly score: string; readonly against?: string }
  | ObjectiveFunction;

/** Anything that can be computed from the scores, e.g. the cosine of an embedding with a reference. */
export interface ObjectiveFunction {
  /** What it is, for reports. */
  readonly name: string;
  readonly value: (scores: ArrayLike<number>) => number;
  /** Derivative by each score. Default: central differences of `value` in double precision. */
  readonly slope?: (scores: ArrayLike<number>) => ArrayLike<number>;
}

/** What the removed part of a picture was replaced by, in picture space; a saliency map means nothing without it. */
export type Baseline =
  /** The same picture, blurred. */
  | { readonly kind: 'blur'; readonly sigmaPx: number }
  /** One colour, 0..255. */
  | { readonly kind: 'constant'; readonly rgb: readonly [number, number, number] }
  /** Another picture, brought to the same size. */
  | { readonly kind: 'image'; readonly image: Image };

/** Importance of each cell of a grid laid over the picture; the grid may be as fine as the pixels. */
export interface SaliencyMap {
  readonly rows: number;
  readonly columns: number;
  /** rows x columns, row by row. Positive speaks for the objective, negative against it; scaled so that the largest magnitude is 1, or all 0. */
  readonly values: Float32Array;
}

/** How well the map tells what the model really uses. All maps are judged on one grid, so methods can be compared. */
export interface Fidelity {
  /** Mean of the objective while the most important cells are removed first: lower is better. */
  readonly deletion: number;
  /** Mean of the objective while the most important cells are put back first: higher is better. */
  readonly insertion: number;
  /** The same two for a seeded random order: a map no better than this explains nothing. */
  readonly random: { readonly deletion: number; readonly insertion: number };
  /** Steps along each curve. */
  readonly steps: number;
  /** Cells in each direction of the grid that was removed and put back. */
  readonly cells: number;
  /** What removed cells were filled with. The figures depend on it. */
  readonly fill: Baseline;
  /** Objective on the picture that is all fill: where deletion ends and insertion begins. */
  readonly empty: number;
  /** The objective along the way, steps + 1 values each: first nothing removed (or put back), last everything. */
  readonly curves?: FidelityCurves & { readonly random: FidelityCurves };
}

export interface FidelityCurves {
  readonly deletion: readonly number[];
  readonly insertion: readonly number[];
}

export interface FidelityOptions {
  /** Default 16. */
  readonly steps?: number;
  /** Default 16, or fewer for a picture of fewer pixels. */
  readonly cells?: number;
  /** Default: the baseline of the explanation. */
  readonly fill?: Baseline;
}

export interface Explanation extends RunInfo {
  /** Which of the explainer's methods made it. */
  readonly method: string;
  readonly objective: Objective;
  readonly saliency: SaliencyMap;
  /** Absent only when the call asked not to measure it. */
  readonly fidelity?: Fidelity;
  readonly baseline: Baseline;
  /** Value of the objective on the untouched picture, at the model's size. */
  readonly value: number;
  /** How many pictures the model judged. */
  readonly modelRuns: number;
  /** The method's own checks, e.g. `completenessGap` of integrated gradients, `surrogateR2` of LIME. Empty when it has none. */
  readonly figures: Readonly<Record<string, number>>;
}

export interface ExplainOptions extends CallOptions {
  /** One of `Explainer.methods`; default: the first. */
  readonly method?: string;
  /** Default: mid grey. */
  readonly baseline?: Baseline;
  /** Default true: a map without its fidelity is a picture, not evidence. */
  readonly fidelity?: boolean | FidelityOptions;
  /** Seed of every random draw. Default 0. */
  readonly seed?: number;
  /** Bound on the memory of one run of the model; what does not fit is run in several. Default 256 MiB. */
  readonly memoryBytes?: number;
  /** 0..1, never falling. */
  readonly onProgress?: (fraction: number) => void;
}

/** One way an explainer can explain, and what the model must offer for it. */
export interface ExplainMethod {
  readonly name: string;
  readonly needs: 'scores' | 'gradient' | 'features';
}

/** Shows which parts of a picture a model's answer rests on. */
export interface Explainer extends Component {
  /** At least one; the first is the default. */
  readonly methods: readonly ExplainMethod[];
  /**
   * @throws VerilensError UNKNOWN_NAME for an objective the model lacks or a method nobody has, UNSUPPORTED when the model hides
   * what the method needs, NOT_FINITE when it answers with NaN, ABORTED
   */
  explain(model: ExplainableModel, image: Image, objective: Objective, options?: ExplainOptions): Promise<Explanation>;
}
