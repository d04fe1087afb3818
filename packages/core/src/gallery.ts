import { VerilensError } from './errors.ts';
import type { Image } from './image.ts';
import type { Enrolled } from './recognizer.ts';
import { sha256 } from './runtime-kit/sha256.ts';
import { dot, isUnit, lengthOf } from './unit-vector.ts';

/** Who is known, by their embeddings. Every recognizer keeps one; it runs no model. */
export interface Gallery {
  readonly model: string;
  readonly dimensions: number;
  /** In the order of enrolment. */
  readonly enrolled: readonly Enrolled[];
  /** @param vectors Unit vectors of `dimensions`. @throws VerilensError BAD_INPUT for no name, no vector or one that does not fit */
  add(identity: string, vectors: readonly Float32Array[], picture?: Image): number;
  forget(identity: string): boolean;
  /** Mean cosine to each identity's samples, best first: -1..1. A mean of several is no likelier to flatter a stranger than one sample is. */
  search(vector: Float32Array): readonly { readonly identity: string; readonly cosine: number }[];
  pictureOf(identity: string): Image | undefined;
  encode(): Promise<Uint8Array>;
}

interface Entry {
  readonly vectors: Float32Array[];
  picture?: Image;
}

/** The first bytes of a gallery file. */
const MAGIC = 'VLGAL\x001\n';
const HASH = 32;
const MOST_BYTES: number = 2 ** 31;

export function createGallery(model: string, dimensions: number): Gallery {
  return galleryOf(model, dimensions, new Map());
}

/**
 * Reads what `Gallery.encode` wrote. File: magic (8 bytes), SHA-256 of all that follows (32), length of the header
 * (uint32, little endian), header (JSON), vectors (float32), pictures (RGB bytes).
 *
 * @throws VerilensError BAD_INPUT when it is no gallery, was altered or cut off, or is of another model; UNSUPPORTED for another version
 */
export async function decodeGallery(bytes: Uint8Array, model: string, dimensions: number): Promise<Gallery> {
  const bad = (summary: string, expected?: string, got?: string): VerilensError =>
    new VerilensError('BAD_INPUT', summary, {
      place: 'gallery',
      expected,
      got,
      remedy: 'Enrol the people again, with this recognizer and model.',
    });
  const start = new TextDecoder('latin1').decode(bytes.subarray(0, MAGIC.length));
  if (start.slice(0, 6) !== MAGIC.slice(0, 6))
    throw bad('this is no gallery', 'a file made by enrolling people', `${bytes.length} bytes of another kind`);
  if (start.length === MAGIC.length && start !== MAGIC) {
    const remedy = 'Update Verilens, or enrol the people again.';
    throw new VerilensError('UNSUPPORTED', 'the gallery is of another version', {
      place: 'gallery',
      expected: '1',
      got: start.slice(6, 7),
      remedy,
    });
  }
  const body = bytes.subarray(MAGIC.length + HASH);
  const stated = [...bytes.subarray(MAGIC.length, MAGIC.length + HASH)].map((byte) => byte.toString(16).padStart(2, '0')).join('');
  if (body.length < 4 || (await sha256(body)) !== stated)
    throw bad('the gallery is damaged or cut off', 'the bytes its checksum was made of');
  const view = new DataView(body.buffer, body.byteOffset, body.byteLength);
  const headerLength = view.getUint32(0, true);
  const header = parseHeader(body.subarray(4, 4 + headerLength));
  if (header === undefined) throw bad('the header of the gallery cannot be read');
  if (header.model !== model || header.dimensions !== dimensions) {
    throw bad('the gallery is of another model', `${model}, ${dimensions} numbers`, `${header.model}, ${header.dimensions} numbers`);
  }
  const entries = new Map<string, Entry>();
  let at = 4 + headerLength;
  const wanted = header.people.reduce(
    (sum, { samples, picture }) => sum + samples * dimensions * 4 + (picture ? picture[0] * picture[1] * 3 : 0),
    0,
  );
  if (body.length - at !== wanted) throw bad('the gallery is not as long as its header says', `${wanted} bytes`, String(body.length - at));
  for (const { identity, samples, picture } of header.people) {
    if (entries.has(identity)) throw bad('an identity is there twice', 'each name once', identity);
    const vectors = Array.from({ length: samples }, () => {
      const vector = Float32Array.from({ length: dimensions }, (_, index) => view.getFloat32(at + 4 * index, true));
      at += 4 * dimensions;
      return vector;
    });
    entries.set(identity, {
      vectors,
      ...(picture ? { picture: fromRgb(body.subarray(at, (at += picture[0] * picture[1] * 3)), ...picture) } : {}),
    });
    for (const vector of vectors) checkVector(vector, dimensions);
  }
  return galleryOf(model, dimensions, entries);
}

function galleryOf(model: string, dimensions: number, entries: Map<string, Entry>): Gallery {
  return {
    model,
    dimensions,
    get enrolled() {
      return [...entries].map(([identity, { vectors }]) => ({ identity, samples: vectors.length }));
    },
    add(identity, vectors, picture) {
      if (identity.trim() === '' || vectors.length === 0) {
        throw new VerilensError('BAD_INPUT', 'nothing to enrol', {
          place: 'gallery',
          expected: 'a name and at least one picture',
          got: `${JSON.stringify(identity)} and ${vectors.length} pictures`,
        });
      }
      for (const vector of vectors) checkVector(vector, dimensions);
      const entry = entries.get(identity) ?? { vectors: [] };
      entry.vectors.push(...vectors.map((vector) => vector.slice()));
      entry.picture ??= picture;
      entries.set(identity, entry);
      return entry.vectors.length;
    },
    forget: (identity) => entries.delete(identity),
    search(vector) {
      checkVector(vector, dimensions);
      return [...entries]
        .map(([identity, { vectors }]) => ({
          identity,
          cosine: vectors.reduce((sum, other) => sum + dot(vector, other), 0) / vectors.length,
        }))
        .sort((a, b) => b.cosine - a.cosine);
    },
    pictureOf: (identity) => entries.get(identity)?.picture,
    async encode() {
      const people = [...entries].map(([identity, { vectors, picture }]) => ({
        identity,
        samples: vectors.length,
        ...(picture === undefined ? {} : { picture: [picture.width, picture.height] }),
      }));
      const header = new TextEncoder().encode(JSON.stringify({ model, dimensions, people }));
      const parts: Uint8Array[] = [];
      for (const { vectors, picture } of entries.values()) {
        for (const vector of vectors) parts.push(littleEndian(vector));
        if (picture !== undefined) parts.push(toRgb(picture));
      }
      const size = parts.reduce((sum, part) => sum + part.length, 4 + header.length);
      if (size > MOST_BYTES)
        throw new VerilensError('TOO_LARGE', 'the gallery does not fit a file', { place: 'gallery', got: `${size} bytes` });
      const file = new Uint8Array(MAGIC.length + HASH + size);
      const body = file.subarray(MAGIC.length + HASH);
      new DataView(body.buffer, body.byteOffset).setUint32(0, header.length, true);
      body.set(header, 4);
      let at = 4 + header.length;
      for (const part of parts) {
        body.set(part, at);
        at += part.length;
      }
      file.set(Uint8Array.from(MAGIC, (character) => character.charCodeAt(0)));
      file.set(
        (await sha256(body)).match(/../g)!.map((byte) => parseInt(byte, 16)),
        MAGIC.length,
      );
      return file;
    },
  };
}

/** @throws VerilensError BAD_INPUT for another length, values that are not finite, or a length that is not 1 */
function checkVector(vector: Float32Array, dimensions: number): void {
  if (isUnit(vector, dimensions)) return;
  throw new VerilensError('BAD_INPUT', 'the embedding is not one of this model', {
    place: 'gallery',
    expected: `${dimensions} finite numbers of length 1`,
    got: `${vector.length} numbers of length ${lengthOf(vector)}`,
  });
}

interface Header {
  readonly model: string;
  readonly dimensions: number;
  readonly people: readonly { readonly identity: string; readonly samples: number; readonly picture?: readonly [number, number] }[];
}

function parseHeader(bytes: Uint8Array): Header | undefined {
  try {
    const { model, dimensions, people } = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes)) as Header;
    const isCount = (value: unknown): boolean => Number.isInteger(value) && (value as number) >= 1 && (value as number) <= 2 ** 24;
    const sound =
      typeof model === 'string' &&
      isCount(dimensions) &&
      people.every(
        ({ identity, samples, picture }) =>
          typeof identity === 'string' && isCount(samples) && (picture === undefined || (picture.length === 2 && picture.every(isCount))),
      );
    return sound ? { model, dimensions, people } : undefined;
  } catch {
    return undefined;
  }
}

function littleEndian(vector: Float32Array): Uint8Array {
  const bytes = new Uint8Array(4 * vector.length);
  const view = new DataView(bytes.buffer);
  for (const [index, value] of vector.entries()) view.setFloat32(4 * index, value, true);
  return bytes;
}

function toRgb({ data, width, height }: Image): Uint8Array {
  return Uint8Array.from({ length: width * height * 3 }, (_, index) => data[Math.floor(index / 3) * 4 + (index % 3)]!);
}

function fromRgb(bytes: Uint8Array, width: number, height: number): Image {
  const data = new Uint8ClampedArray(width * height * 4).fill(255);
  for (const [index, value] of bytes.entries()) data[Math.floor(index / 3) * 4 + (index % 3)] = value;
  return { data, width, height };
}
