/** How much of everything the evidence takes. */
export interface EvidenceSize {
  /** Pictures explained of each classifier and seed. */
  readonly images: number;
  /** Faces of each seed. */
  readonly faces: number;
  /** Pictures a classifier is taught on, and how often it sees them. */
  readonly taught: number;
  readonly epochs: number;
  /** Pictures the model judges for one map, of every method that draws samples. */
  readonly samples: number;
  /** The same for the face embedding, whose runs are long. */
  readonly faceSamples: number;
  /** Pictures of each seed whose maps are compared with those of the shuffled model. */
  readonly sanity: number;
}

export const FULL: EvidenceSize = { images: 20, faces: 17, taught: 8000, epochs: 6, samples: 300, faceSamples: 100, sanity: 6 };
/** Shows that everything runs. */
export const QUICK: EvidenceSize = { images: 1, faces: 1, taught: 640, epochs: 2, samples: 80, faceSamples: 28, sanity: 1 };
