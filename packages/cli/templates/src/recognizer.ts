import type { Comparison, Embedding, Image, Plugin, Recognizer, RunInfo } from '@verilens/core';
import { VerilensError } from '@verilens/core';
import { lifecycle } from './lifecycle.ts';
import { thumbnail } from './thumbnail.ts';

const name = 'template-name';
const side = 8;
const defaultLimit = 0.01;

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
      const gallery = new Map<string, Float32Array[]>();
      const strangers = calibrationDistances();
      const info = (elapsed: () => number): RunInfo => ({ device: runtime.device, durationMs: elapsed() });
      const vectorOf = (item: Image | Embedding): Float32Array => ('vector' in item ? checkVector(item.vector) : embedding(item));
      /** Share of different-identity pairs at least this close; never 0, because only so many were measured. */
      const rate = (distance: number): number => Math.max(1, strangers.filter((other) => other <= distance).length) / strangers.length;
      return {
        name,
        dimensions: side * side + 1,
        labels: [],
        async warmup() {
          life.begin();
        },
        async embed(image, options = {}) {
          const elapsed = life.begin(options.signal);
          return { vector: embedding(image), ...info(elapsed) };
        },
        async compare(a, b, options = {}): Promise<Comparison> {
          const elapsed = life.begin(options.signal);
          checkRate(options.maxFalseAcceptRate);
          const distance = cosineDistance(vectorOf(a), vectorOf(b));
          const falseAcceptRate = rate(distance);
          return {
            distance,
            similarity: 1 - falseAcceptRate,
            falseAcceptRate,
            match: falseAcceptRate <= (options.maxFalseAcceptRate ?? defaultLimit),
            ...info(elapsed),
          };
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
          if (identity === '' || images.length === 0)
            throw new VerilensError('BAD_INPUT', 'nothing to enroll', { place: name, expected: 'a name and at least one picture' });
          const vectors = images.map(vectorOf);
          gallery.set(identity, [...(gallery.get(identity) ?? []), ...vectors]);
          return { identity, samples: gallery.get(identity)!.length, ...info(elapsed) };
        },
        async forget(identity) {
          life.begin();
          return gallery.delete(identity);
        },
        async identify(image, options = {}) {
          const elapsed = life.begin(options.signal);
          checkRate(options.maxFalseAcceptRate);
          const wanted = vectorOf(image);
          const candidates = [...gallery]
            .map(([identity, vectors]) => {
              const distance = Math.min(...vectors.map((vector) => cosineDistance(vector, wanted)));
              const single = rate(distance);
              // Chance of at least one false accept when every identity of the gallery is tried.
              return { identity, distance, similarity: 1 - single, falseAcceptRate: 1 - (1 - single) ** gallery.size };
            })
            .sort((a, b) => a.distance - b.distance);
          const best = candidates[0];
          const known =
            best !== undefined && best.falseAcceptRate <= (options.maxFalseAcceptRate ?? defaultLimit * Math.max(1, gallery.size));
          return {
            identity: known ? best.identity : null,
            candidates: candidates.slice(0, options.top ?? 5),
            gallerySize: gallery.size,
            ...info(elapsed),
          };
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

function checkVector(vector: Float32Array): Float32Array {
  if (vector.length === side * side + 1 && vector.every(Number.isFinite)) return vector;
  throw new VerilensError('BAD_INPUT', 'the embedding is not one of this method', {
    place: name,
    expected: `${side * side + 1} finite values`,
    got: `${vector.length} values`,
  });
}

function checkRate(rate: number | undefined): void {
  if (rate === undefined || (rate >= 0 && rate <= 1)) return;
  throw new VerilensError('BAD_OPTION', 'maxFalseAcceptRate cannot be used', { place: name, expected: '0..1', got: String(rate) });
}

function cosineDistance(a: Float32Array, b: Float32Array): number {
  let dot = 0;
  for (let i = 0; i < a.length; i++) dot += a[i]! * b[i]!;
  return Math.min(2, Math.max(0, 1 - dot));
}

/** Distances between embeddings of 64 different random pictures, each pair once. Replace by pairs of real identities. */
function calibrationDistances(): readonly number[] {
  let state = 1;
  const random = (): number => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state / 2 ** 32;
  };
  const vectors = Array.from({ length: 64 }, () => {
    const data = new Uint8ClampedArray(side * side * 4).map(() => random() * 256);
    return embedding({ data, width: side, height: side });
  });
  return vectors.flatMap((a, i) => vectors.slice(i + 1).map((b) => cosineDistance(a, b)));
}
