import {
  type CallOptions,
  type Detector,
  type ExplainableModel,
  type Image,
  type Recognizer,
  VerilensError,
  type VideoFrame,
} from '@verilens/core';

/**
 * A recognizer as a model: its scores are the numbers of the embedding. Explain it with `similarityTo(embedding.vector)`.
 * Where it finds nothing to embed any more (a face was covered) the embedding is all 0, which is like nothing; a picture in which
 * it finds nothing at all is refused as it always is. Only methods that need scores apply.
 */
export function recognizerModel(recognizer: Recognizer): ExplainableModel {
  return {
    name: recognizer.name,
    outputs: Array.from({ length: recognizer.dimensions }, (_, place) => String(place)),
    score: scoresOf(
      async (image, options) => (await recognizer.embed(image, options)).vector,
      () => new Float32Array(recognizer.dimensions),
    ),
  };
}

/**
 * The same with one score per label that `classify` knows. Where there is nothing to classify all are 0.
 * @throws VerilensError UNSUPPORTED for a recognizer without labels
 */
export function recognizerLabelModel(recognizer: Recognizer): ExplainableModel {
  const { labels, name } = recognizer;
  if (labels.length === 0)
    throw new VerilensError('UNSUPPORTED', `"${name}" knows no labels`, {
      place: 'explain recognizerLabelModel',
      remedy: 'Explain the likeness of two pictures instead: recognizerModel and similarityTo, or --like on the command line.',
    });
  return {
    name,
    outputs: labels,
    score: scoresOf(
      async (image, options) => {
        const ranked = new Map(
          (await recognizer.classify(image, { ...options, top: labels.length })).labels.map(({ label, score }) => [label, score]),
        );
        return Float32Array.from(labels, (label) => ranked.get(label) ?? 0);
      },
      () => new Float32Array(labels.length),
    ),
  };
}

/** One picture after the other. Only once a picture was judged is one that cannot be judged `nothing`. */
function scoresOf(
  judge: (image: Image, options?: CallOptions) => Promise<Float32Array>,
  nothing: () => Float32Array,
): ExplainableModel['score'] {
  let judged = false;
  return async (images, options) => {
    const rows: Float32Array[] = [];
    for (const image of images) {
      try {
        rows.push(await judge(image, options));
        judged = true;
      } catch (error) {
        if (!(judged && error instanceof VerilensError && error.code === 'BAD_INPUT')) throw error;
        rows.push(nothing());
      }
    }
    return rows;
  };
}

/**
 * A detector of single pictures as a model with one score, `manipulated`, 0..1. Where it does not apply (no face is left in a
 * picture whose face was covered) the score is `whenNotApplicable`, default 0: no sign of manipulation was seen.
 * @throws VerilensError UNSUPPORTED for a detector of clips
 */
export function detectorModel(detector: Detector, options: { readonly whenNotApplicable?: number } = {}): ExplainableModel {
  const { kind } = detector.demand;
  if (kind === 'face-clips')
    throw new VerilensError('UNSUPPORTED', `"${detector.name}" judges clips, not pictures`, {
      place: 'explain detectorModel',
      expected: 'a detector whose demand is image or frames',
      got: kind,
      remedy: 'Its own reports say where in the face its evidence lies: verilens detect --report.',
    });
  return {
    name: detector.name,
    outputs: ['manipulated'],
    async score(images, { signal } = {}) {
      const rows: Float32Array[] = [];
      for (const image of images) {
        const { score } = await detector.detect(kind === 'image' ? { kind, image } : { kind, frames: single(image) }, { signal });
        rows.push(Float32Array.of(score ?? options.whenNotApplicable ?? 0));
      }
      return rows;
    },
  };
}

async function* single(image: Image): AsyncGenerator<VideoFrame> {
  yield { image, timestampMs: 0, index: 0 };
}
