import { type Detector, type ExplainableModel, type Image, type Recognizer, VerilensError, type VideoFrame } from '@verilens/core';

/**
 * A recognizer as a model: its scores are the numbers of the embedding. Explain it with `similarityTo(embedding.vector)`.
 * Only methods that need scores apply.
 */
export function recognizerModel(recognizer: Recognizer): ExplainableModel {
  return {
    name: recognizer.name,
    outputs: Array.from({ length: recognizer.dimensions }, (_, place) => String(place)),
    async score(images, options) {
      const rows: Float32Array[] = [];
      for (const image of images) rows.push((await recognizer.embed(image, options)).vector);
      return rows;
    },
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
