import {
  calibratedSimilarity,
  type Comparison,
  createGallery,
  decodeGallery,
  type Device,
  type Embedding,
  type Gallery,
  type Image,
  type Recognizer,
  type RunInfo,
  searchRate,
  type SimilarityCalibration,
  throwIfAborted,
  VerilensError,
} from '@verilens/core';
import type { FaceFinder } from '@verilens/faces';
import { warpAffine } from '@verilens/vision';
import { alignedCrop, finderAnchors, inputTensor, landmarkAnchors } from './align.ts';
import type { ResolvedFormat } from './format.ts';
import { lookForFaces, onlyFace, type SeenFace } from './look.ts';
import type { LoadedModels } from './models.ts';

export interface RecognizerParts {
  readonly models: LoadedModels;
  readonly finder: FaceFinder;
  readonly format: ResolvedFormat;
  readonly calibration: SimilarityCalibration | undefined;
  readonly limits: { readonly compare: number; readonly search: number };
  readonly minEyeDistancePx: number;
  readonly device: Device;
}

const NAME = 'face-embedding';
/** Side of the pictures kept in the gallery. */
const PICTURE = 64;
/** Eye distance from which more pixels add nothing to the crop: ArcFace's own. */
const FULL_EYES_PX = 35;

export function createRecognizer(parts: RecognizerParts): Recognizer {
  const { models, finder, format, calibration, limits, device } = parts;
  const { model, dimensions } = models;
  let gallery: Gallery = createGallery(model, dimensions);
  let disposed = false;

  function begin(signal?: AbortSignal): () => RunInfo {
    if (disposed) throw new VerilensError('DISPOSED', 'used after dispose', { place: NAME, remedy: 'Create another one.' });
    throwIfAborted(signal, NAME);
    const started = performance.now();
    return () => ({ device, durationMs: performance.now() - started });
  }

  async function vectorOf(image: Image, seen: SeenFace, signal?: AbortSignal): Promise<{ vector: Float32Array; face: Image }> {
    const anchors =
      models.landmarks === undefined
        ? finderAnchors(seen.face, format)
        : await landmarkAnchors(image, seen.face, models.landmarks, format, signal);
    const face = alignedCrop(image, anchors, format.inputSize);
    const session = models.embedding;
    const answer = await session.run({ [session.inputs[0]!.name]: inputTensor(face, format) }, { signal });
    return { vector: unit(answer[session.outputs[0]!.name]!.data as Float32Array), face };
  }

  /** @param picture Which picture of several, for errors. */
  async function embedOne(image: Image, signal?: AbortSignal, picture = ''): Promise<{ embedding: Embedding; face: Image }> {
    const done = begin(signal);
    checkPicture(image);
    const seen = onlyFace(await lookForFaces(image, finder, parts.minEyeDistancePx, signal), `${NAME}${picture}`);
    const { vector, face } = await vectorOf(image, seen, signal);
    return { embedding: { vector, model, quality: qualityOf(seen), ...done() }, face };
  }

  async function vectorFrom(item: Image | Embedding, signal?: AbortSignal): Promise<Float32Array> {
    return 'vector' in item ? checkEmbedding(item, model, dimensions) : (await embedOne(item, signal)).embedding.vector;
  }

  function calibrated(): SimilarityCalibration {
    if (calibration !== undefined) return calibration;
    throw new VerilensError('UNSUPPORTED', 'nobody knows what the cosines of this network mean', {
      place: NAME,
      expected: `a calibration of ${model}`,
      remedy: 'Make one from pictures of people you know: verilens recognize calibrate <folder of people>; then pass it as `calibration`.',
    });
  }

  const recognizer: Recognizer = {
    name: NAME,
    model,
    dimensions,
    labels: [],
    calibration,
    limits,
    get enrolled() {
      return gallery.enrolled;
    },
    async warmup() {
      begin();
      const grey = { data: new Uint8ClampedArray(4 * format.inputSize ** 2).fill(128), width: format.inputSize, height: format.inputSize };
      await finder.find(grey);
      await models.embedding.run({ [models.embedding.inputs[0]!.name]: inputTensor(grey, format) });
    },
    embed: async (image, options = {}) => (await embedOne(image, options.signal)).embedding,
    async embedAll(image, options = {}) {
      const done = begin(options.signal);
      checkPicture(image);
      const { faces, rejected } = await lookForFaces(image, finder, parts.minEyeDistancePx, options.signal);
      const subjects = [];
      for (const seen of faces) {
        const one = begin(options.signal);
        const { vector } = await vectorOf(image, seen, options.signal);
        subjects.push({ box: seen.face.box, embedding: { vector, model, quality: qualityOf(seen), ...one() } });
      }
      return { subjects, rejected: rejected.map(({ face, reason }) => ({ box: face.box, reason })), ...done() };
    },
    async compare(a, b, options = {}): Promise<Comparison> {
      const done = begin(options.signal);
      const limit = checkRate(options.maxFalseAcceptRate) ?? limits.compare;
      const cosine = dot(await vectorFrom(a, options.signal), await vectorFrom(b, options.signal));
      const told = calibratedSimilarity(cosine, calibrated());
      return { distance: distanceOf(cosine), ...told, match: told.falseAcceptRate <= limit, ...done() };
    },
    async classify(_image, options = {}) {
      begin(options.signal);
      throw new VerilensError('UNSUPPORTED', 'this method embeds and compares; it has no labels', {
        place: NAME,
        remedy: 'Use enroll and identify.',
      });
    },
    async enroll(identity, images, options = {}) {
      const done = begin(options.signal);
      if (identity.trim() === '')
        throw new VerilensError('BAD_INPUT', 'an identity needs a name', { place: NAME, got: JSON.stringify(identity) });
      const vectors: Float32Array[] = [];
      let picture: Image | undefined;
      for (const [index, item] of images.entries()) {
        if ('vector' in item) vectors.push(checkEmbedding(item, model, dimensions));
        else {
          const { embedding, face } = await embedOne(item, options.signal, `: picture ${index + 1} of ${identity}`);
          vectors.push(embedding.vector);
          if (options.keepPicture === true) picture ??= small(face);
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
      const vector = await vectorFrom(image, options.signal);
      const candidates = gallery.search(vector).map(({ identity, cosine }) => {
        const { falseAcceptRate, ...told } = calibratedSimilarity(cosine, calibrated());
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
      await models.dispose();
      await finder.dispose();
    },
    [Symbol.asyncDispose]: () => recognizer.dispose(),
  };
  return recognizer;
}

/** Rises with the finder's certainty and with the eyes' distance, up to the size at which the network sees every pixel. */
function qualityOf({ face, eyeDistancePx }: SeenFace): number {
  return Math.min(1, Math.max(0, face.score)) * Math.min(1, eyeDistancePx / FULL_EYES_PX);
}

function unit(values: Float32Array): Float32Array {
  const norm = Math.sqrt(dot(values, values));
  if (norm > 0 && Number.isFinite(norm)) return values.map((value) => value / norm);
  throw new VerilensError('NOT_FINITE', 'the network gave no direction', {
    place: NAME,
    expected: 'finite numbers, not all 0',
    got: `a length of ${norm}`,
  });
}

function dot(a: Float32Array, b: Float32Array): number {
  let sum = 0;
  for (let index = 0; index < a.length; index++) sum += a[index]! * b[index]!;
  return sum;
}

function distanceOf(cosine: number): number {
  return Math.min(2, Math.max(0, 1 - cosine));
}

function checkEmbedding(embedding: Embedding, model: string, dimensions: number): Float32Array {
  const { vector } = embedding;
  const norm = Math.sqrt(dot(vector, vector));
  if (embedding.model === model && vector.length === dimensions && Math.abs(norm - 1) < 1e-3) return vector;
  throw new VerilensError('BAD_INPUT', 'the embedding is of another model', {
    place: NAME,
    expected: `${dimensions} numbers of length 1 by ${model}`,
    got: `${vector.length} numbers of length ${norm.toPrecision(3)} by ${embedding.model}`,
  });
}

function checkRate(rate: number | undefined): number | undefined {
  if (rate === undefined || (rate >= 0 && rate <= 1)) return rate;
  throw new VerilensError('BAD_OPTION', 'maxFalseAcceptRate cannot be used', { place: NAME, expected: '0..1', got: String(rate) });
}

function checkPicture({ data, width, height }: Image): void {
  if (Number.isInteger(width) && Number.isInteger(height) && width > 0 && height > 0 && data?.length === width * height * 4) return;
  throw new VerilensError('BAD_INPUT', 'the picture does not add up', {
    place: NAME,
    expected: 'data of width * height * 4 values, RGBA',
    got: `${width} x ${height} and ${data?.length} values`,
  });
}

function small(face: Image): Image {
  const scale = PICTURE / face.width;
  return warpAffine(face, [scale, 0, scale / 2 - 0.5, 0, scale, scale / 2 - 0.5], PICTURE, PICTURE);
}
