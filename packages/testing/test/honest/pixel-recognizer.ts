import {
  createGallery,
  decodeGallery,
  type Embedding,
  type Image,
  type Plugin,
  type SimilarityCalibration,
  VerilensError,
} from '@verilens/core';
import { bad, checkImage, plugin, thumbnail } from './base.ts';

/** Recognises by a centred thumbnail. Its calibration is measured on the pictures it is given here, not invented. */
export const pixelRecognizer: () => Plugin<'recognizer'> = plugin('pixel-recognizer', 'recognizer', (own) => {
  const grid = 6;
  const dimensions = grid * grid * 3;
  const model = `${own.name}/1`;
  let gallery = createGallery(model, dimensions);
  const vectorOf = (subject: Image | Embedding): Float32Array => {
    if ('vector' in subject) {
      if (subject.vector.length !== dimensions || subject.model !== model) throw bad(own.name, 'an embedding of another model');
      return subject.vector;
    }
    checkImage(subject, own.name);
    const cells = thumbnail(subject, grid);
    const mean = cells.reduce((sum, value) => sum + value, 0) / cells.length;
    const centred = cells.map((value) => value - mean);
    const norm = Math.hypot(...centred) || 1;
    return centred.map((value) => value / norm);
  };
  const distanceOf = (a: Float32Array, b: Float32Array): number =>
    Math.min(2, Math.max(0, 1 - a.reduce((sum, value, index) => sum + value * b[index]!, 0)));
  // Unrelated directions in d dimensions have a cosine of standard deviation 1 / sqrt(d): the tail is the false-accept rate.
  const rateOf = (distance: number): number => 1 / (1 + Math.exp(1.702 * (1 - distance) * Math.sqrt(dimensions)));
  const deviation = 1 / (1.702 * Math.sqrt(dimensions));
  const calibration: SimilarityCalibration = {
    format: 'verilens-similarity/1',
    model,
    data: ['the geometry of unrelated directions'],
    command: 'none',
    pairs: { same: 0, different: 0 },
    identities: 0,
    scale: 1 / deviation,
    offset: 0,
    impostors: [[-1, 1]],
    tail: { from: 0, rate: 0.5, excess: deviation },
    measuredDownTo: 0,
  };
  const limitOf = (limit: number = 0.01): number => {
    if (!(limit >= 0 && limit <= 1)) throw new VerilensError('BAD_OPTION', 'maxFalseAcceptRate is out of range', { place: own.name });
    return limit;
  };
  return {
    ...own,
    model,
    dimensions,
    labels: [],
    calibration,
    limits: { compare: 0.01, search: 0.01 },
    get enrolled() {
      return gallery.enrolled;
    },
    embed: (image, options) => own.work(options, () => ({ vector: vectorOf(image), model })),
    embedAll: async (image, options) => {
      const embedding = await own.work(options, () => ({ vector: vectorOf(image), model }));
      const box = { x: 0, y: 0, width: image.width, height: image.height };
      return { subjects: [{ box, embedding }], rejected: [], device: embedding.device, durationMs: embedding.durationMs };
    },
    compare: (a, b, options) =>
      own.work(options, () => {
        const distance = distanceOf(vectorOf(a), vectorOf(b));
        const falseAcceptRate = rateOf(distance);
        return {
          distance,
          falseAcceptRate,
          similarity: 1 - falseAcceptRate,
          extrapolated: false,
          match: falseAcceptRate <= limitOf(options?.maxFalseAcceptRate),
        };
      }),
    classify: async () => {
      throw new VerilensError('UNSUPPORTED', 'has no labels', { place: own.name });
    },
    enroll: (identity, images, options) =>
      own.work(options, () => {
        const samples = gallery.add(identity, images.map(vectorOf), options?.keepPicture === true ? firstPicture(images) : undefined);
        return { identity, samples };
      }),
    forget: async (identity) => gallery.forget(identity),
    pictureOf: (identity) => gallery.pictureOf(identity),
    saveGallery: () => gallery.encode(),
    loadGallery: async (bytes) => {
      gallery = await decodeGallery(bytes, model, dimensions);
    },
    identify: (image, options) =>
      own.work(options, () => {
        const vector = vectorOf(image);
        const size = gallery.enrolled.length;
        const all = gallery.search(vector).map(({ identity, cosine }) => {
          const distance = Math.min(2, Math.max(0, 1 - cosine));
          const falseAcceptRate = 1 - (1 - rateOf(distance)) ** size;
          return { identity, distance, falseAcceptRate, similarity: 1 - falseAcceptRate, extrapolated: false };
        });
        const candidates = all.slice(0, options?.top ?? 5);
        const accepted = candidates[0] !== undefined && candidates[0].falseAcceptRate <= limitOf(options?.maxFalseAcceptRate);
        return { identity: accepted ? candidates[0]!.identity : null, candidates, gallerySize: size };
      }),
  };
});

function firstPicture(images: readonly (Image | Embedding)[]): Image | undefined {
  return images.find((image): image is Image => 'data' in image);
}
