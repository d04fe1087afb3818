import { throwIfAborted } from '@verilens/core';
import { resizeArea, resizeBilinear } from '@verilens/vision';
import type { PictureSet } from '../datasets/pictures.ts';
import type { LabelledFiles } from './labelled-files.ts';

export interface ReadPicturesOptions {
  /** Side of the squares that pictures are stretched to, in pixels. */
  readonly side: number;
  /** 1: brightness (ITU-R BT.601). Default 3: RGB. */
  readonly channels?: 1 | 3;
  readonly signal?: AbortSignal;
  readonly onProgress?: (fraction: number) => void;
}

/**
 * Folders of pictures, one a class, as a set in memory: small squares, by means over areas where a picture is larger.
 *
 * @throws VerilensError as the decoders do, naming the file
 * @example
 * const set = await readPictures(await classFolders('things'), { side: 32 });
 */
export async function readPictures(files: LabelledFiles, options: ReadPicturesOptions): Promise<PictureSet> {
  const { side, channels = 3, signal, onProgress } = options;
  const size = side * side * channels;
  const pixels = new Uint8Array(files.items.length * size);
  for (const [at, item] of files.items.entries()) {
    throwIfAborted(signal, files.name);
    const image = await item.open({ signal });
    const larger = image.width > side || image.height > side;
    const { data } = larger ? resizeArea(image, side, side) : resizeBilinear(image, side, side);
    for (let i = 0; i < side * side; i++) {
      const [r, g, b] = [data[4 * i]!, data[4 * i + 1]!, data[4 * i + 2]!];
      if (channels === 1) pixels[at * size + i] = Math.round(0.299 * r + 0.587 * g + 0.114 * b);
      else pixels.set([r, g, b], at * size + 3 * i);
    }
    onProgress?.((at + 1) / files.items.length);
  }
  const labels = Uint16Array.from(files.items, ({ label }) => label);
  return { name: files.name, width: side, height: side, channels, pixels, labels, classes: files.classes };
}
