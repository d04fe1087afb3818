import type { Comparison, Embedding, Image, Plugin, Recognizer, RunInfo, SimilarityCalibration } from '@verilens/core';
import { calibratedSimilarity, createGallery, decodeGallery, searchRate, VerilensError } from '@verilens/core';
import { lifecycle } from './lifecycle.ts';
import { thumbnail } from './thumbnail.ts';

const name = 'template-name';
const side = 8;
const dimensions = side * side + 1;
/** Names method and weights: change it with them, so that old galleries are refused. */
const model = 'template-name/1';
const limits = { compare: 0.01, search: 0.05 };

/**
 * Replace this with your method: title, venue, year, link, and a line for every deliberate deviation.
 *
 * As it stands the embedding is an 8 x 8 thumbnail, and the calibration comes from pictures of random blobs: it tells
 * pictures apart, not people.
 */
export function templateName(): Plugin<'recognizer'> {
  return {
    name,
    role: 'recognizer',
    apiVersion: 1,
    async create({ runtime }): Promise<Recognizer> {
      const life = lifecycle(name);
      const calibration = calibrate();
      let gallery = createGallery(model, dimensions);
      const info = (elapsed: () => number): RunInfo => ({ device: runtime.device, durationMs: elapsed() });
      const vectorOf = (item: Image | Embedding): Float32Array => ('vector' in item ? checkVector(item) : embedding(item));
      return {
        name,
        model,
        dimensions,
        labels: [],
        calibration,
        limits,
        get enrolled() {
          return gallery.enrolled;
        },
        async warmup() {
          life.begin();
        },
        async embed(image, options = {}) {
          const elapsed = life.begin(options.signal);
          return { vector: embedding(image), model, ...info(elapsed) };
        },
        async embedAll(image, options = {}) {
          const elapsed = life.begin(options.signal);
          const box = { x: 0, y: 0, width: image.width, height: image.height };
          const one = { vector: embedding(image), model, ...info(elapsed) };
          return { subjects: [{ box, embedding: one }], rejected: [], ...info(elapsed) };
        },
        async compare(a, b, options = {}): Promise<Comparison> {
          const elapsed = life.begin(options.signal);
          const limit = checkRate(options.maxFalseAcceptRate) ?? limits.compare;
          const cosine = cosineOf(vectorOf(a), vectorOf(b));
          const told = calibratedSimilarity(cosine, calibration);
          return { distance: 1 - cosine, ...told, match: told.falseAcceptRate <= limit, ...info(elapsed) };
        },
        async classify(_image, options = {}) {
          life.begin(options.signal);
          throw new VerilensError('UNSUPPORTED', 'this method embeds and compares; it has no labels', {
            place: name,
            remedy: 'Use enroll and identify.',
          });
        },
        async enroll(identity, images, options = {}) {
          const elapsed = life.begin(options.signal);
          const picture = options.keepPicture === true ? images.find((item): item is Image => 'data' in item) : undefined;
          return { identity, samples: gallery.add(identity, images.map(vectorOf), picture), ...info(elapsed) };
        },
        async forget(identity) {
          life.begin();
          return gallery.forget(identity);
        },
        async identify(image, options = {}) {
          const elapsed = life.begin(options.signal);
          const limit = checkRate(options.maxFalseAcceptRate) ?? limits.search;
          const size = gallery.enrolled.length;
          const candidates = gallery.search(vectorOf(image)).map(({ identity, cosine }) => {
            const told = calibratedSimilarity(cosine, calibration);
            return { identity, distance: 1 - cosine, ...told, falseAcceptRate: searchRate(told.falseAcceptRate, size) };
          });
          const best = candidates[0];
          return {
            identity: best !== undefined && best.falseAcceptRate <= limit ? best.identity : null,
            candidates: candidates.slice(0, options.top ?? 5),
            gallerySize: size,
            ...info(elapsed),
          };
        },
        pictureOf: (identity) => gallery.pictureOf(identity),
        async saveGallery() {
          life.begin();
          return gallery.encode();
        },
        async loadGallery(bytes) {
          life.begin();
          gallery = await decodeGallery(bytes, model, dimensions);
        },
        dispose: life.dispose,
        [Symbol.asyncDispose]: life.dispose,
      };
    },
  };
}

/** The thumbnail around its mean, and one constant so that a flat picture has a direction too; unit length. */
function embedding(image: Image): Float32Array {
  const values = thumbnail(image, side, name);
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  return unit(Float32Array.from([...values.map((value) => value - mean), 0.05]));
}

function unit(vector: Float32Array): Float32Array {
  const norm = Math.hypot(...vector);
  return vector.map((value) => value / norm);
}

function checkVector(given: Embedding): Float32Array {
  if (given.model === model && given.vector.length === dimensions && given.vector.every(Number.isFinite)) return given.vector;
  throw new VerilensError('BAD_INPUT', 'the embedding is of another model', {
    place: name,
    expected: `${dimensions} finite values by ${model}`,
    got: `${given.vector.length} values by ${given.model}`,
  });
}

function checkRate(rate: number | undefined): number | undefined {
  if (rate === undefined || (rate >= 0 && rate <= 1)) return rate;
  throw new VerilensError('BAD_OPTION', 'maxFalseAcceptRate cannot be used', { place: name, expected: '0..1', got: String(rate) });
}

function cosineOf(a: Float32Array, b: Float32Array): number {
  let dot = 0;
  for (let i = 0; i < a.length; i++) dot += a[i]! * b[i]!;
  return Math.min(1, Math.max(-1, dot));
}

/**
 * What cosines mean, from 64 different random pictures, each pair once. Replace it by pairs of real identities:
 * `fitSimilarity` of @verilens/metrics makes one.
 */
function calibrate(): SimilarityCalibration {
  let state = 1;
  const random = (): number => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state / 2 ** 32;
  };
  const vectors = Array.from({ length: 64 }, () => {
    const data = new Uint8ClampedArray(side * side * 4).map(() => random() * 256);
    return embedding({ data, width: side, height: side });
  });
  const cosines = vectors.flatMap((a, i) => vectors.slice(i + 1).map((b) => cosineOf(a, b))).sort((a, b) => a - b);
  const count = cosines.length;
  const highest = cosines[count - 1]!;
  return {
    format: 'verilens-similarity/1',
    model,
    data: ['pictures of random blobs'],
    command: 'none',
    pairs: { same: 0, different: count },
    identities: vectors.length,
    // Half where no pair of different pictures reaches.
    scale: 10,
    offset: -10 * highest,
    impostors: cosines.map((cosine, place) => [cosine, (count - place + 1) / (count + 1)] as const),
    tail: { from: highest, rate: 2 / (count + 1), excess: 0.1 },
    measuredDownTo: 1 / (count + 1),
  };
}
