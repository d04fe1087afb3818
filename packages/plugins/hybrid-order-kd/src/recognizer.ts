import {
  calibratedSimilarity,
  type Comparison,
  createGallery,
  decodeGallery,
  type Embedding,
  type Gallery,
  type Image,
  type Recognizer,
  type RunInfo,
  searchRate,
  type Session,
  Tensor,
  throwIfAborted,
  VerilensError,
} from '@verilens/core';
import { dot } from '@verilens/metrics';
import { checkImage, resizeArea } from '@verilens/vision';
import { type HybridCard, modelName, readCard } from './card.ts';
import { planesOf } from './planes.ts';

export interface RecognizerParts {
  readonly session: Session;
  readonly card: HybridCard;
  readonly limits: { readonly compare: number; readonly search: number };
}

const NAME = 'hybrid-order-kd';
/** Shortest side of a picture, in pixels. */
const LEAST_SIDE = 4;

interface Seen {
  readonly vector: Float32Array;
  readonly logits: Float32Array;
}

export function createRecognizer({ session, card, limits }: RecognizerParts): Recognizer {
  const { channels, side, dimensions } = readCard(card);
  const { labels, similarity: calibration } = card;
  const model = modelName(card.sha256);
  let gallery: Gallery = createGallery(model, dimensions);
  let disposed = false;

  function begin(signal?: AbortSignal): () => RunInfo {
    if (disposed) throw new VerilensError('DISPOSED', 'used after dispose', { place: NAME, remedy: 'Create another one.' });
    throwIfAborted(signal, NAME);
    const started = performance.now();
    return () => ({ device: session.device, durationMs: performance.now() - started });
  }

  /** @param picture Which picture of several, for errors. */
  async function see(image: Image, signal?: AbortSignal, picture = ''): Promise<Seen> {
    checkPicture(image, `${NAME}${picture}`);
    const { data } = planesOf([image], side, channels);
    const { embedding, logits } = await session.run({ pictures: new Tensor('float32', data, [1, channels, side, side]) }, { signal });
    return { vector: unit(embedding!.data as Float32Array), logits: logits!.data as Float32Array };
  }

  async function embed(image: Image, signal?: AbortSignal, picture?: string): Promise<Embedding> {
    const done = begin(signal);
    const { vector } = await see(image, signal, picture);
    return { vector, model, quality: Math.min(1, image.width / side, image.height / side), ...done() };
  }

  const vectorFrom = async (item: Image | Embedding, signal?: AbortSignal): Promise<Float32Array> =>
    'vector' in item ? checkEmbedding(item, model, dimensions) : (await embed(item, signal)).vector;

  const recognizer: Recognizer = {
    name: NAME,
    model,
    dimensions,
    labels,
    calibration,
    limits,
    get enrolled() {
      return gallery.enrolled;
    },
    async warmup() {
      begin();
      await see({ data: new Uint8ClampedArray(4 * side * side).fill(128), width: side, height: side });
    },
    embed: (image, options = {}) => embed(image, options.signal),
    async embedAll(image, options = {}) {
      const done = begin(options.signal);
      const embedding = await embed(image, options.signal);
      const box = { x: 0, y: 0, width: image.width, height: image.height };
      return { subjects: [{ box, embedding }], rejected: [], ...done() };
    },
    async compare(a, b, options = {}): Promise<Comparison> {
      const done = begin(options.signal);
      const limit = checkRate(options.maxFalseAcceptRate) ?? limits.compare;
      const cosine = dot(await vectorFrom(a, options.signal), await vectorFrom(b, options.signal));
      const told = calibratedSimilarity(cosine, calibration);
      return { distance: distanceOf(cosine), ...told, match: told.falseAcceptRate <= limit, ...done() };
    },
    async classify(image, options = {}) {
      const done = begin(options.signal);
      const scores = softmax((await see(image, options.signal)).logits);
      const ranked = labels.map((label, i) => ({ label, score: scores[i]! })).sort((a, b) => b.score - a.score);
      return { labels: ranked.slice(0, options.top ?? 5), ...done() };
    },
    async enroll(identity, images, options = {}) {
      const done = begin(options.signal);
      const vectors: Float32Array[] = [];
      let picture: Image | undefined;
      for (const [index, item] of images.entries()) {
        if ('vector' in item) vectors.push(checkEmbedding(item, model, dimensions));
        else {
          vectors.push((await embed(item, options.signal, `: picture ${index + 1} of ${identity}`)).vector);
          if (options.keepPicture === true) picture ??= pictureOf(item);
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
      const limit = checkRate(options.maxFalseAcceptRate) ?? limits.search;
      const size = gallery.enrolled.length;
      const candidates = gallery.search(await vectorFrom(image, options.signal)).map(({ identity, cosine }) => {
        const { falseAcceptRate, ...told } = calibratedSimilarity(cosine, calibration);
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
    async dispose() {
      if (disposed) return;
      disposed = true;
      await session.dispose();
    },
    [Symbol.asyncDispose]: () => recognizer.dispose(),
  };
  return recognizer;
}

function checkPicture(image: Image, place: string): void {
  checkImage(image, place);
  const { width, height } = image;
  if (Math.min(width, height) >= LEAST_SIDE) return;
  throw new VerilensError('BAD_INPUT', 'the picture is too small', {
    place,
    expected: `at least ${LEAST_SIDE} x ${LEAST_SIDE} pixels`,
    got: `${width} x ${height}`,
    remedy: 'Fewer pixels than that do not tell anything apart; give a larger picture.',
  });
}

/** What the gallery keeps: at most 64 pixels a side. */
function pictureOf(image: Image): Image {
  const scale = Math.min(1, 64 / Math.max(image.width, image.height));
  if (scale === 1) return { ...image, data: image.data.slice() };
  return resizeArea(image, Math.max(1, Math.round(image.width * scale)), Math.max(1, Math.round(image.height * scale)));
}

function softmax(logits: Float32Array): readonly number[] {
  const most = Math.max(...logits);
  const powers = Array.from(logits, (logit) => Math.exp(logit - most));
  const total = powers.reduce((sum, power) => sum + power, 0);
  return powers.map((power) => power / total);
}

/** The graph has divided by the length already; rows of zeros, or not finite, have none. */
function unit(values: Float32Array): Float32Array {
  const norm = Math.sqrt(dot(values, values));
  if (norm > 0.5 && Number.isFinite(norm)) return values.map((value) => value / norm);
  throw new VerilensError('NOT_FINITE', 'the network gave no direction', {
    place: NAME,
    expected: 'a vector of length 1',
    got: `a length of ${norm}`,
  });
}

function distanceOf(cosine: number): number {
  return Math.min(2, Math.max(0, 1 - cosine));
}

function checkEmbedding({ vector, model: made }: Embedding, model: string, dimensions: number): Float32Array {
  const norm = Math.sqrt(dot(vector, vector));
  if (made === model && vector.length === dimensions && Math.abs(norm - 1) < 1e-3) return vector;
  throw new VerilensError('BAD_INPUT', 'the embedding is of another model', {
    place: NAME,
    expected: `${dimensions} numbers of length 1 by ${model}`,
    got: `${vector.length} numbers of length ${norm.toPrecision(3)} by ${made}`,
  });
}

function checkRate(rate: number | undefined): number | undefined {
  if (rate === undefined || (rate >= 0 && rate <= 1)) return rate;
  throw new VerilensError('BAD_OPTION', 'maxFalseAcceptRate cannot be used', { place: NAME, expected: '0..1', got: String(rate) });
}
