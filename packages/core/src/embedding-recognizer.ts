import type { RunInfo } from './component.ts';
import type { EmbeddingMethod, Look } from './embedding-method.ts';
import { throwIfAborted, VerilensError } from './errors.ts';
import { createGallery, decodeGallery } from './gallery.ts';
import type { Image } from './image.ts';
import { lifecycle } from './lifecycle.ts';
import type { Embedding, Recognizer, SimilarityCalibration } from './recognizer.ts';
import { calibratedSimilarity, searchLimit, searchRate } from './similarity.ts';
import { dot, isUnit, lengthOf, unitVector } from './unit-vector.ts';

/**
 * A recognizer from what is a method's own: how a picture becomes a vector.
 *
 * @example
 * return embeddingRecognizer({ name, model, dimensions, device, calibration, limits, look: async (image) => ({ vector, picture: () => image }) });
 */
export function embeddingRecognizer(method: EmbeddingMethod): Recognizer {
  const { name, model, dimensions, device, calibration, limits, classifier } = method;
  let gallery = createGallery(model, dimensions);
  const life = lifecycle(name, async () => method.dispose?.());

  function begin(signal?: AbortSignal): () => RunInfo {
    const elapsed = life.begin(signal);
    return () => ({ device, durationMs: elapsed() });
  }

  function embeddingOf({ vector, quality }: Look, done: () => RunInfo): Embedding {
    return { vector: unitVector(vector, name), model, ...(quality === undefined ? {} : { quality }), ...done() };
  }

  async function vectorFrom(item: Image | Embedding, signal?: AbortSignal): Promise<Float32Array> {
    if ('vector' in item) return checkEmbedding(item, method);
    return unitVector((await method.look(item, name, signal)).vector, name);
  }

  const recognizer: Recognizer = {
    name,
    model,
    dimensions,
    labels: classifier?.labels ?? [],
    calibration,
    limits,
    get enrolled() {
      return gallery.enrolled;
    },
    async warmup() {
      begin();
      await method.warmup?.();
    },
    async embed(image, { signal } = {}) {
      const done = begin(signal);
      return embeddingOf(await method.look(image, name, signal), done);
    },
    async embedAll(image, { signal } = {}) {
      const done = begin(signal);
      const { subjects: found, rejected } = await (method.find?.(image, signal) ?? wholePicture(method, image, signal));
      const subjects = [];
      for (const { box, look } of found) {
        const one = begin(signal);
        subjects.push({ box, embedding: embeddingOf(await look(), one) });
      }
      return { subjects, rejected, ...done() };
    },
    async compare(a, b, options = {}) {
      const done = begin(options.signal);
      const limit = checkRate(options.maxFalseAcceptRate, name) ?? limits.compare;
      const cosine = dot(await vectorFrom(a, options.signal), await vectorFrom(b, options.signal));
      const told = calibratedSimilarity(cosine, known(calibration, method));
      return { distance: distanceOf(cosine), ...told, match: told.falseAcceptRate <= limit, ...done() };
    },
    async classify(image, options = {}) {
      const done = begin(options.signal);
      if (classifier === undefined) {
        throw new VerilensError('UNSUPPORTED', 'this method embeds and compares; it has no labels', {
          place: name,
          remedy: 'Use enroll and identify.',
        });
      }
      const ranked = [...(await classifier.classify(image, options.signal))].sort((a, b) => b.score - a.score);
      return { labels: ranked.slice(0, options.top ?? 5), ...done() };
    },
    async enroll(identity, images, options = {}) {
      const done = begin(options.signal);
      const vectors: Float32Array[] = [];
      let picture: Image | undefined;
      for (const [index, item] of images.entries()) {
        throwIfAborted(options.signal, name);
        if ('vector' in item) vectors.push(checkEmbedding(item, method));
        else {
          const look = await method.look(item, `${name}: picture ${index + 1} of ${identity}`, options.signal);
          vectors.push(unitVector(look.vector, name));
          if (options.keepPicture === true) picture ??= look.picture();
        }
      }
      return { identity, samples: gallery.add(identity, vectors, picture), ...done() };
    },
    async forget(identity) {
      begin();
      return gallery.forget(identity);
    },
    async identify(image, options = {}) {
      const done = begin(options.signal);
      const size = gallery.enrolled.length;
      const limit = checkRate(options.maxFalseAcceptRate, name) ?? searchLimit(limits, size);
      const candidates = gallery.search(await vectorFrom(image, options.signal)).map(({ identity, cosine }) => {
        const { falseAcceptRate, ...told } = calibratedSimilarity(cosine, known(calibration, method));
        return { identity, distance: distanceOf(cosine), ...told, falseAcceptRate: searchRate(falseAcceptRate, size) };
      });
      const best = candidates[0];
      return {
        identity: best !== undefined && best.falseAcceptRate <= limit ? best.identity : null,
        candidates: candidates.slice(0, options.top ?? 5),
        gallerySize: size,
        ...done(),
      };
    },
    pictureOf: (identity) => gallery.pictureOf(identity),
    async saveGallery() {
      begin();
      return gallery.encode();
    },
    async loadGallery(bytes) {
      begin();
      gallery = await decodeGallery(bytes, model, dimensions);
    },
    dispose: life.dispose,
    [Symbol.asyncDispose]: life.dispose,
  };
  return recognizer;
}

async function wholePicture(method: EmbeddingMethod, image: Image, signal?: AbortSignal) {
  const box = { x: 0, y: 0, width: image.width, height: image.height };
  return { subjects: [{ box, look: () => method.look(image, method.name, signal) }], rejected: [] };
}

function distanceOf(cosine: number): number {
  return Math.min(2, Math.max(0, 1 - cosine));
}

function known(calibration: SimilarityCalibration | undefined, { name, model }: EmbeddingMethod): SimilarityCalibration {
  if (calibration !== undefined) return calibration;
  throw new VerilensError('UNSUPPORTED', 'nobody knows what the cosines of this network mean', {
    place: name,
    expected: `a calibration of ${model}`,
    remedy: 'Make one from pictures of people you know: verilens recognize calibrate <folder of people>; then pass it as `calibration`.',
  });
}

function checkEmbedding(embedding: Embedding, { name, model, dimensions }: EmbeddingMethod): Float32Array {
  const { vector } = embedding;
  if (embedding.model === model && isUnit(vector, dimensions)) return vector;
  throw new VerilensError('BAD_INPUT', 'the embedding is of another model', {
    place: name,
    expected: `${dimensions} numbers of length 1 by ${model}`,
    got: `${vector.length} numbers of length ${lengthOf(vector).toPrecision(3)} by ${embedding.model}`,
  });
}

function checkRate(rate: number | undefined, place: string): number | undefined {
  if (rate === undefined || (rate >= 0 && rate <= 1)) return rate;
  throw new VerilensError('BAD_OPTION', 'maxFalseAcceptRate cannot be used', { place, expected: '0..1', got: String(rate) });
}
