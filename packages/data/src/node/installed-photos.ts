import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { VerilensError } from '@verilens/core';
import type { Photo } from '../datasets/photo-crops.ts';
import { openPicture } from './labelled-files.ts';
import { packageFolder } from './package-folder.ts';

/** Where Debian's `python3-skimage` puts its sample pictures. */
const SKIMAGE = '/usr/lib/python3/dist-packages/skimage/data';

/**
 * Photographs of the npm package `@vladmandic/face-api` (MIT; six of about 1920 x 1300, JPEG), by number.
 *
 * @param from `import.meta.url` of who asks: the package is looked for from there, then from the working folder
 * @throws VerilensError NOT_FOUND when it is not installed
 */
export async function facePhotos(numbers: readonly number[], from: string, signal?: AbortSignal): Promise<Photo[]> {
  const photos: Photo[] = [];
  const folder = packageFolder({ name: '@vladmandic/face-api', set: 'sample photographs', from });
  for (const number of numbers) {
    const name = `sample${number}.jpg`;
    photos.push({ name, image: await openPicture(join(folder, 'demo', name), signal) });
  }
  return photos;
}

/**
 * Colour photographs without loss of Debian's `python3-skimage` (BSD-3-Clause and public domain): a portrait, a cup, a cat, a
 * motorcycle in a workshop.
 * @throws VerilensError NOT_FOUND when it is not installed
 */
export async function skimagePhotos(signal?: AbortSignal): Promise<Photo[]> {
  const names = ['astronaut.png', 'coffee.png', 'chelsea.png', 'motorcycle_left.png'];
  const missing = names.find((name) => !existsSync(join(SKIMAGE, name)));
  if (missing !== undefined)
    throw new VerilensError('NOT_FOUND', 'the sample photographs are not installed', {
      place: 'data skimagePhotos',
      expected: join(SKIMAGE, missing),
      remedy: 'On Debian: apt-get install python3-skimage.',
    });
  const photos: Photo[] = [];
  for (const name of names) photos.push({ name, image: await openPicture(join(SKIMAGE, name), signal) });
  return photos;
}
