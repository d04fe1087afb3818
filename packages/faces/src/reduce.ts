import type { Affine, Image } from '@verilens/core';
import { crop, resizeArea } from '@verilens/vision';
import { cropSide, measureFace, type KeyPoints } from './align.ts';
import type { SourcePatch } from './clips.ts';

/**
 * By how much to shrink the source before a crop of `size` pixels is cut: a whole number, 1 when the face is less than
 * twice as large as the crop. A bilinear crop of a larger face would alias, and aliasing flickers in time like a forgery.
 */
export function reductionFor(keypoints: readonly KeyPoints[], size: number): number {
  const side = keypoints.reduce((sum, points) => sum + cropSide(measureFace(points)), 0) / keypoints.length;
  return Math.max(1, Math.floor(side / size));
}

/**
 * Part of a source frame averaged over blocks of `factor` x `factor` pixels. The blocks lie on a grid of the whole frame,
 * so that they are the same in every frame of a clip.
 *
 * @returns the small picture and the map from source pixels to its pixels
 */
export function reduceSource({ image, x, y }: SourcePatch, factor: number): { readonly image: Image; readonly transform: Affine } {
  const left = Math.ceil(x / factor) * factor - x;
  const top = Math.ceil(y / factor) * factor - y;
  const width = Math.floor((image.width - left) / factor);
  const height = Math.floor((image.height - top) / factor);
  if (factor === 1 || width < 1 || height < 1) return { image, transform: [1, 0, -x, 0, 1, -y] };
  const whole = crop(image, { x: left, y: top, width: width * factor, height: height * factor });
  const shift = (origin: number): number => (0.5 - origin) / factor - 0.5;
  return { image: resizeArea(whole, width, height), transform: [1 / factor, 0, shift(x + left), 0, 1 / factor, shift(y + top)] };
}
