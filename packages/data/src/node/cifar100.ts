import { readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { VerilensError } from '@verilens/core';
import type { PictureSet } from '../datasets/pictures.ts';
import { openBytes } from './byte-reader.ts';
import { requireFolder } from './files.ts';

const SIDE = 32;
const RECORD: number = 2 + 3 * SIDE * SIDE;

export interface Cifar100Options {
  readonly split: 'train' | 'test';
  /** `fine`: 100 classes (default). `coarse`: their 20 groups. */
  readonly labels?: 'fine' | 'coarse';
  /** Pictures from the front; all when left out. */
  readonly first?: number;
  readonly signal?: AbortSignal;
}

/**
 * CIFAR-100 in its binary version: `train.bin` and `test.bin` (a coarse label, a fine label and 3 x 32 x 32 planes of
 * bytes each), and the two lists of names. The file is read in pieces; only the pictures asked for stay in memory.
 *
 * @param root The folder of the files, or the one above (`cifar-100-binary`).
 * @throws VerilensError NOT_FOUND, BAD_INPUT for a file that is no whole number of pictures or has a label of no name
 * @see Krizhevsky, Learning multiple layers of features from tiny images, 2009
 */
export async function cifar100(root: string, options: Cifar100Options): Promise<PictureSet> {
  const { split, labels: kind = 'fine', first, signal } = options;
  const place = `CIFAR-100 ${root}`;
  await requireFolder(root, place);
  const below = join(root, 'cifar-100-binary');
  const folder = await stat(below).then(
    (info) => (info.isDirectory() ? below : root),
    () => root,
  );
  const names = await readFile(join(folder, `${kind}_label_names.txt`), 'utf8').catch((cause: unknown) => {
    const expected = `${kind}_label_names.txt beside ${split}.bin`;
    const remedy = 'Unpack the binary version, cifar-100-binary.tar.gz; the Python and Matlab versions are not read.';
    throw new VerilensError('NOT_FOUND', 'the names of the classes are not there', { place, expected, remedy, cause });
  });
  const classes = names.split(/\r?\n/).flatMap((line) => line.trim() || []);
  await using reader = await openBytes(join(folder, `${split}.bin`), `${place}/${split}.bin`, signal);
  const size = reader.size!;
  if (size === 0 || size % RECORD !== 0) {
    const expected = `a multiple of ${RECORD} bytes`;
    throw new VerilensError('BAD_INPUT', 'the file is cut off or of another format', { place, expected, got: String(size) });
  }
  if (first !== undefined && !(Number.isInteger(first) && first >= 1)) {
    throw new VerilensError('BAD_OPTION', 'first cannot be used', { place, expected: 'a whole number from 1', got: String(first) });
  }
  const count = Math.min(size / RECORD, first ?? Infinity);
  const plane = SIDE * SIDE;
  const pixels = new Uint8Array(count * plane * 3);
  const labels = new Uint16Array(count);
  for (let index = 0; index < count; index++) {
    const record = await reader.take(RECORD);
    const label = record[kind === 'coarse' ? 0 : 1]!;
    if (label >= classes.length) {
      const got = `${label} of picture ${index}`;
      throw new VerilensError('BAD_INPUT', 'a label has no name', { place, expected: `labels below ${classes.length}`, got });
    }
    labels[index] = label;
    // planes to [height, width, channels]
    for (let pixel = 0; pixel < plane; pixel++) {
      for (let channel = 0; channel < 3; channel++) pixels[(index * plane + pixel) * 3 + channel] = record[2 + channel * plane + pixel]!;
    }
  }
  return { name: `CIFAR-100 ${split}`, width: SIDE, height: SIDE, channels: 3, pixels, labels, classes };
}
