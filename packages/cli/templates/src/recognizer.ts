import { embeddingRecognizer, type Image, type Plugin, type SimilarityCalibration } from '@verilens/core';
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
    async create({ runtime }) {
      return embeddingRecognizer({
        name,
        model,
        dimensions,
        device: runtime.device,
        calibration: calibrate(),
        limits,
        look: async (image) => ({ vector: embedding(image), picture: () => ({ ...image, data: image.data.slice() }) }),
      });
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
