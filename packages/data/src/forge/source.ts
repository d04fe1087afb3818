import { VerilensError, type Affine, type Image, type Point } from '@verilens/core';
import { alignFace, cropSide, measureFace, reduceSource, reductionFor, type PhotoFace, type SourceFaceClip } from '@verilens/faces';
import { composeAffine, IDENTITY, resizeArea, rotation, scaling, translation, transformPoints } from '@verilens/vision';
import type { Random } from '../random.ts';
import type { ForgeParameters } from './parameters.ts';

/** A face over consecutive frames with the pixels around it: what forging starts from. */
export interface SourceClip {
  /** Who it is; donors of another identity are told apart by it. */
  readonly identity: string;
  /** Number of the first frame in its video. */
  readonly startIndex: number;
  /** One picture per frame, uncompressed and never resampled; a photograph repeats its one picture. */
  readonly images: readonly Image[];
  /** Six key points per frame, in pixels of the frame's picture. */
  readonly keypoints: readonly (readonly Point[])[];
  /** Picture pixel -> pixel of the `workSize` crop, per frame. */
  readonly transforms: readonly Affine[];
}

/** A face of a photograph, ready to be animated. */
export interface SourcePhoto {
  readonly identity: string;
  readonly image: Image;
  readonly keypoints: readonly Point[];
}

/** From a clip cut with `keepSource: true`. Faces much larger than `workSize` are reduced as face clips are. */
export function sourceFromClip(clip: SourceFaceClip, identity: string, workSize: number): SourceClip {
  const factor = reductionFor(clip.sourceKeypoints, workSize);
  const reduced = clip.sources.map((source) => reduceSource(source, factor));
  const keypoints = clip.sourceKeypoints.map((points, t) => transformPoints(reduced[t]!.transform, points));
  return {
    identity,
    startIndex: clip.startIndex,
    images: reduced.map(({ image }) => image),
    keypoints,
    transforms: keypoints.map((points) => alignFace(points, workSize)),
  };
}

/** From a face of a photograph; photographs much sharper than `workSize` are to be reduced first (see `reducePhoto`). */
export function sourceFromPhoto({ face, source }: PhotoFace, identity: string): SourcePhoto {
  return { identity, image: source.image, keypoints: local(face.keypoints, source) };
}

/** Source pixels per pixel of the work crop: above about 1.5 a bilinear crop would alias. */
export function sourceScale(keypoints: readonly Point[], workSize: number): number {
  return cropSide(measureFace(keypoints)) / workSize;
}

/**
 * A clip from a photograph: smooth shift, rotation and scale, each a sum of two slow sinusoids.
 * The motion is in the transforms, so every frame is still one interpolation from the photograph.
 */
export function animatePhoto(photo: SourcePhoto, frames: number, random: Random, parameters: ForgeParameters): SourceClip {
  const { workSize, animation } = parameters;
  const aligned = alignFace(photo.keypoints, workSize);
  const [dx, dy, roll, zoom] = [0, 1, 2, 3].map(() => slowCurve(random, frames)) as [number[], number[], number[], number[]];
  return {
    identity: photo.identity,
    startIndex: 0,
    images: Array.from({ length: frames }, () => photo.image),
    keypoints: Array.from({ length: frames }, () => photo.keypoints),
    transforms: Array.from({ length: frames }, (_, t) =>
      composeAffine(
        aligned,
        aboutCentre(animation.rotation * roll[t]!, 1 + animation.scale * zoom[t]!, workSize),
        translation(animation.shiftPx * dx[t]!, animation.shiftPx * dy[t]!),
      ),
    ),
  };
}

/** Rotation and scale about the middle of a square. */
export function aboutCentre(radians: number, scale: number, size: number): Affine {
  const middle = (size - 1) / 2;
  return composeAffine(translation(-middle, -middle), rotation(radians), scaling(scale), translation(middle, middle));
}

/** The whole-clip similarity that real and forged clips share the law of. */
export function drawWarp(random: Random, { warp, workSize }: ForgeParameters): Affine {
  const turn = random.uniform(-warp.rotation, warp.rotation);
  const scale = 1 + random.uniform(-warp.scale, warp.scale);
  const shift = (): number => random.uniform(-warp.shiftPx, warp.shiftPx);
  return composeAffine(IDENTITY, aboutCentre(turn, scale, workSize), translation(shift(), shift()));
}

/** @throws VerilensError BAD_INPUT */
export function checkSource(clip: SourceClip): void {
  const frames = clip.images.length;
  if (frames < 1 || clip.keypoints.length !== frames || clip.transforms.length !== frames) {
    throw new VerilensError('BAD_INPUT', 'not a source clip', {
      place: 'data/forge',
      expected: 'as many pictures as key points and transforms, at least one',
      got: `${frames}, ${clip.keypoints.length}, ${clip.transforms.length}`,
    });
  }
}

function local(points: readonly Point[], at: { readonly x: number; readonly y: number }): Point[] {
  return points.map(([x, y]): Point => [x - at.x, y - at.y]);
}

/** -1..1 */
function slowCurve(random: Random, frames: number): number[] {
  const waves = [0, 1].map(() => ({
    weight: random.uniform(0.4, 1),
    speed: random.uniform(0.1, 0.5),
    phase: random.uniform(0, 2 * Math.PI),
  }));
  const total = waves.reduce((sum, { weight }) => sum + weight, 0);
  return Array.from({ length: frames }, (_, t) => waves.reduce((sum, w) => sum + (w.weight / total) * Math.sin(w.speed * t + w.phase), 0));
}

/**
 * A photograph reduced (area-averaged) so that its face's crop spans about `sidePx` source pixels, as a video's would;
 * smaller ones stay as they are.
 */
export function reducePhoto(photo: SourcePhoto, sidePx: number): SourcePhoto {
  const factor = sidePx / cropSide(measureFace(photo.keypoints));
  if (factor >= 1) return photo;
  const width = Math.max(1, Math.round(photo.image.width * factor));
  const height = Math.max(1, Math.round(photo.image.height * factor));
  const fx = width / photo.image.width;
  const fy = height / photo.image.height;
  return {
    identity: photo.identity,
    image: resizeArea(photo.image, width, height),
    keypoints: photo.keypoints.map(([x, y]): Point => [(x + 0.5) * fx - 0.5, (y + 0.5) * fy - 0.5]),
  };
}
