import type { Face, Image } from '@verilens/core';
import { crop, warpAffine } from '@verilens/vision';
import { alignFace, surroundings } from './align.ts';
import type { SourcePatch } from './clips.ts';
import type { FaceFinder } from './finder.ts';

/** A face of a photograph, aligned as clips are. */
export interface PhotoFace {
  readonly face: Face;
  /** `size` x `size` */
  readonly crop: Image;
  /** The pixels around it, `sourceFactor` times the crop's side. */
  readonly source: SourcePatch;
}

/**
 * Every face of a photograph, aligned and with its surroundings.
 *
 * @example
 * const faces = await facesOfImage(image, finder, { size: 112 });
 */
export async function facesOfImage(
  image: Image,
  finder: FaceFinder,
  options: { size?: number; sourceFactor?: number; signal?: AbortSignal } = {},
): Promise<PhotoFace[]> {
  const { size = 112, sourceFactor = 2.2, signal } = options;
  const faces = await finder.find(image, { signal });
  return faces.map((face) => {
    const area = surroundings(face.keypoints, sourceFactor, image.width, image.height);
    return {
      face,
      crop: warpAffine(image, alignFace(face.keypoints, size), size, size, { fill: 'reflect' }),
      source: { image: crop(image, area), x: area.x, y: area.y },
    };
  });
}
