import { VerilensError, type FaceClip, type Image } from '@verilens/core';
import { resizeArea } from '@verilens/vision';
import type { StdtConfig } from './config.ts';
import type { ClipPixels } from './traces.ts';

/** The RGB pixels [frames, size, size, 3] a network sees of a face clip: crops area-reduced to the network's face size. */
export function clipPixels(clip: FaceClip, config: StdtConfig): ClipPixels {
  if (clip.crops.length !== config.frames) {
    throw new VerilensError('BAD_INPUT', 'a face clip of another length', { place: 'plugin stdt', expected: `${config.frames} frames`, got: String(clip.crops.length) });
  }
  const size = config.faceSize;
  const pixels = new Uint8Array(config.frames * size * size * 3);
  clip.crops.forEach((crop, t) => {
    const face: Image = crop.width === size && crop.height === size ? crop : resizeArea(crop, size, size);
    const start = t * size * size * 3;
    for (let i = 0, from = 0, to = start; i < size * size; i++, from += 4, to += 3) {
      pixels[to] = face.data[from]!;
      pixels[to + 1] = face.data[from + 1]!;
      pixels[to + 2] = face.data[from + 2]!;
    }
  });
  return pixels;
}
