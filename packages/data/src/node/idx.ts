import { VerilensError } from '@verilens/core';
import type { PictureSet } from '../datasets/pictures.ts';
import { type ByteReader, openBytes } from './byte-reader.ts';

/** More than this many bytes of pictures are refused: a lying header must not fill the memory. */
const MOST_BYTES: number = 2 ** 30;

export interface IdxOptions {
  /** Pictures from the front; all when left out. */
  readonly first?: number;
  readonly signal?: AbortSignal;
}

/**
 * The pictures of an IDX file (MNIST's format; plain or `.gz`) one by one, each [height, width], grey, 0..255.
 *
 * @throws VerilensError NOT_FOUND, BAD_INPUT for another format, a header that cannot be or a file that ends too early
 */
export async function* idxPictures(
  path: string,
  options: IdxOptions = {},
): AsyncGenerator<{ readonly index: number; readonly width: number; readonly height: number; readonly pixels: Uint8Array }> {
  const place = `IDX file ${path}`;
  await using reader = await openBytes(path, place, options.signal);
  const [count, height, width] = await header(reader, 3, place);
  checkFirst(options.first, place);
  const wanted = Math.min(count!, options.first ?? Infinity);
  for (let index = 0; index < wanted; index++) yield { index, width: width!, height: height!, pixels: await reader.take(width! * height!) };
}

/** The labels of an IDX file, 0..255. @throws VerilensError as `idxPictures` */
export async function idxLabels(path: string, options: IdxOptions = {}): Promise<Uint8Array> {
  const place = `IDX file ${path}`;
  await using reader = await openBytes(path, place, options.signal);
  const [count] = await header(reader, 1, place);
  checkFirst(options.first, place);
  // awaited here: the reader is closed on the way out
  return await reader.take(Math.min(count!, options.first ?? Infinity));
}

/**
 * A file of pictures and one of labels as one set.
 *
 * @param options `classes`: names of the labels; `0`, `1`, ... when left out.
 * @throws VerilensError NOT_FOUND, BAD_INPUT, TOO_LARGE
 */
export async function readIdx(
  files: { readonly pictures: string; readonly labels: string },
  options: IdxOptions & { readonly name?: string; readonly classes?: readonly string[] } = {},
): Promise<PictureSet> {
  const { name = 'idx' } = options;
  const place = `IDX file ${files.pictures}`;
  const labels = Uint16Array.from(await idxLabels(files.labels, options));
  const most = labels.reduce((largest, label) => Math.max(largest, label), 0);
  const classes = options.classes ?? Array.from({ length: most + 1 }, (_, label) => String(label));
  if (most >= classes.length) {
    const expected = `labels below ${classes.length}`;
    throw new VerilensError('BAD_INPUT', 'a label has no name', { place: `IDX file ${files.labels}`, expected, got: String(most) });
  }
  let pixels: Uint8Array | undefined;
  let [width, height, count] = [0, 0, 0];
  for await (const picture of idxPictures(files.pictures, options)) {
    if (pixels === undefined) {
      ({ width, height } = picture);
      if (labels.length * width * height > MOST_BYTES) {
        const got = `${labels.length} pictures of ${width} x ${height}`;
        throw new VerilensError('TOO_LARGE', 'the pictures do not fit', { place, expected: `at most ${MOST_BYTES} bytes`, got });
      }
      pixels = new Uint8Array(labels.length * width * height);
    }
    if (count === labels.length) throw unequal(place, labels.length, 'more');
    pixels.set(picture.pixels, count++ * width * height);
  }
  if (count < labels.length) throw unequal(place, labels.length, String(count));
  return { name, width, height, channels: 1, pixels: pixels ?? new Uint8Array(0), labels, classes };
}

function unequal(place: string, labels: number, pictures: string): VerilensError {
  return new VerilensError('BAD_INPUT', 'pictures and labels are not of one set', {
    place,
    expected: `${labels} pictures, as many as labels`,
    got: pictures,
  });
}

/** @throws VerilensError BAD_INPUT */
async function header(reader: ByteReader, dimensions: 1 | 3, place: string): Promise<readonly number[]> {
  const expected = dimensions === 3 ? 'pictures (00 00 08 03)' : 'labels (00 00 08 01)';
  const magic = await reader.take(4);
  if (magic[0] !== 0 || magic[1] !== 0 || magic[2] !== 8 || magic[3] !== dimensions) {
    const got = Array.from(magic, (byte) => byte.toString(16).padStart(2, '0')).join(' ');
    throw new VerilensError('BAD_INPUT', 'not the IDX file it should be', { place, expected, got });
  }
  const bytes = await reader.take(4 * dimensions);
  const sizes = Array.from({ length: dimensions }, (_, index) => new DataView(bytes.buffer).getUint32(4 * index));
  const total = sizes.reduce((product, size) => product * size, 1);
  const header = 4 + 4 * dimensions;
  const wrong =
    sizes.some((size) => size === 0) ||
    (dimensions === 3 && (sizes[1]! > 4096 || sizes[2]! > 4096)) ||
    total > 2 ** 40 ||
    (reader.size !== undefined && reader.size !== header + total);
  if (wrong) {
    throw new VerilensError('BAD_INPUT', 'the header does not fit the file', {
      place,
      expected: reader.size === undefined ? 'sizes above 0 and sides of at most 4096' : `${reader.size - header} bytes of data`,
      got: sizes.join(' x '),
    });
  }
  if (dimensions === 1 && total > 2 ** 28) throw new VerilensError('TOO_LARGE', 'too many labels', { place, got: String(total) });
  return sizes;
}

function checkFirst(first: number | undefined, place: string): void {
  if (first === undefined || (Number.isInteger(first) && first >= 1)) return;
  throw new VerilensError('BAD_OPTION', 'first cannot be used', { place, expected: 'a whole number from 1', got: String(first) });
}
