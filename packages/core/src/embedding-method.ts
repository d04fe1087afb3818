import type { Box, Image } from './image.ts';
import type { RankedLabel, SimilarityCalibration } from './recognizer.ts';
import type { Device } from './runtime.ts';

/** What a method makes of one subject. */
export interface Look {
  /** Of `dimensions` and any length above 0: the recognizer divides by it. */
  readonly vector: Float32Array;
  /** 0..1, see `Embedding.quality`. */
  readonly quality?: number;
  /** A small picture of the subject, for reports; asked for only where a gallery is to keep it. */
  picture(): Image;
}

/** A subject that was found; looking at it runs the network. */
export interface FoundSubject {
  readonly box: Box;
  look(): Promise<Look>;
}

/** Everyone that a method found in a picture. */
export interface FoundSubjects {
  /** Largest first. */
  readonly subjects: readonly FoundSubject[];
  readonly rejected: readonly { readonly box: Box; readonly reason: string }[];
}

/**
 * What is a method's own in a recognizer that compares unit vectors by cosine. `embeddingRecognizer` makes the recognizer of
 * it: gallery, calibrated answers, checks, and the life of the component.
 */
export interface EmbeddingMethod {
  /** The plugin's name; the place of its errors. */
  readonly name: string;
  /** See `Recognizer.model`. */
  readonly model: string;
  readonly dimensions: number;
  readonly device: Device;
  readonly calibration: SimilarityCalibration | undefined;
  readonly limits: { readonly compare: number; readonly search: number };
  /**
   * The one subject of a picture.
   *
   * @param place For errors: the name, and which picture of several.
   * @throws VerilensError BAD_INPUT as `Recognizer.embed`
   */
  look(image: Image, place: string, signal?: AbortSignal): Promise<Look>;
  /** Everyone in a picture. Left out: the whole picture is the one subject. */
  find?(image: Image, signal?: AbortSignal): Promise<FoundSubjects>;
  /** Left out: the method has no labels. */
  readonly classifier?: {
    readonly labels: readonly string[];
    /** Every label with its score 0..1, in any order. */
    classify(image: Image, signal?: AbortSignal): Promise<readonly RankedLabel[]>;
  };
  warmup?(): Promise<void>;
  /** Called once. */
  dispose?(): Promise<void>;
}
