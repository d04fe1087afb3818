import { type Embedding, type Image, type Plugin, VerilensError } from '@verilens/core';
import { bad, checkImage, plugin, thumbnail } from './base.ts';

/** Recognises by a centred thumbnail. Its calibration is measured on the pictures it is given here, not invented. */
export const pixelRecognizer: () => Plugin<'recognizer'> = plugin('pixel-recognizer', 'recognizer', (own) => {
  const grid = 6;
  const dimensions = grid * grid * 3;
  const gallery = new Map<string, Float32Array[]>();
  const vectorOf = (subject: Image | Embedding): Float32Array => {
    if ('vector' in subject) {
      if (subject.vector.length !== dimensions) throw bad(own.name, 'an embedding of another length');
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
  const limitOf = (limit: number = 0.01): number => {
    if (!(limit >= 0 && limit <= 1)) throw new VerilensError('BAD_OPTION', 'maxFalseAcceptRate is out of range', { place: own.name });
    return limit;
  };
  return {
    ...own,
    dimensions,
    labels: [],
    embed: (image, options) => own.work(options, () => ({ vector: vectorOf(image) })),
    compare: (a, b, options) =>
      own.work(options, () => {
        const distance = distanceOf(vectorOf(a), vectorOf(b));
        const falseAcceptRate = rateOf(distance);
        return {
          distance,
          falseAcceptRate,
          similarity: 1 - falseAcceptRate,
          match: falseAcceptRate <= limitOf(options?.maxFalseAcceptRate),
        };
      }),
    classify: async () => {
      throw new VerilensError('UNSUPPORTED', 'has no labels', { place: own.name });
    },
    enroll: (identity, images, options) =>
      own.work(options, () => {
        if (identity === '' || images.length === 0) throw bad(own.name, 'an enrolment needs a name and pictures');
        const samples = [...(gallery.get(identity) ?? []), ...images.map(vectorOf)];
        gallery.set(identity, samples);
        return { identity, samples: samples.length };
      }),
    forget: async (identity) => gallery.delete(identity),
    identify: (image, options) =>
      own.work(options, () => {
        const vector = vectorOf(image);
        const all = [...gallery].map(([identity, samples]) => {
          const distance = Math.min(...samples.map((sample) => distanceOf(vector, sample)));
          const falseAcceptRate = 1 - (1 - rateOf(distance)) ** gallery.size;
          return { identity, distance, falseAcceptRate, similarity: 1 - falseAcceptRate };
        });
        const candidates = all.sort((a, b) => a.distance - b.distance).slice(0, options?.top ?? 5);
        const accepted = candidates[0] !== undefined && candidates[0].falseAcceptRate <= limitOf(options?.maxFalseAcceptRate);
        return { identity: accepted ? candidates[0]!.identity : null, candidates, gallerySize: gallery.size };
      }),
  };
});
