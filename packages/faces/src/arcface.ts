import { type Affine, type Face, type Image, type Point } from '@verilens/core';
import { affineScale, composeAffine, crop, fitSimilarity, invertAffine, resizeArea, warpAffine } from '@verilens/vision';

/**
 * Where networks trained as ArcFace was (Deng et al., CVPR 2019, https://arxiv.org/abs/1801.07698) expect right eye, left eye, nose
 * tip and the right and left corner of the mouth, in pixels of 112 x 112.
 */
export const ARCFACE_TEMPLATE: readonly [Point, Point, Point, Point, Point] = [
  [38.2946, 51.6963],
  [73.5318, 51.5014],
  [56.0252, 71.7366],
  [41.5493, 92.3655],
  [70.7299, 92.2041],
];

/** The template for a crop of another side. */
export function arcfaceTemplate(size: number): typeof ARCFACE_TEMPLATE {
  return ARCFACE_TEMPLATE.map(([x, y]) => [(x * size) / 112, (y * size) / 112]) as unknown as typeof ARCFACE_TEMPLATE;
}

/** Eyes, nose and mouth of a face in its picture: four points from the finder, five from 68 landmarks. */
export interface Anchors {
  readonly from: readonly Point[];
  readonly to: readonly Point[];
}

/** The finder's points and where they belong. It gives the middle of the mouth: that belongs to the middle of the template's corners. */
export function arcfaceAnchors({ keypoints }: Pick<Face, 'keypoints'>, template: typeof ARCFACE_TEMPLATE): Anchors {
  const [right, left, nose, cornerRight, cornerLeft] = template;
  const mouth: Point = [(cornerRight[0] + cornerLeft[0]) / 2, (cornerRight[1] + cornerLeft[1]) / 2];
  return { from: keypoints.slice(0, 4), to: [right, left, nose, mouth] };
}

/** The face as the network wants it: similarity transform onto the template, one interpolation. */
export function alignedCrop(image: Image, { from, to }: Anchors, size: number): Image {
  return cutAligned(image, fitSimilarity(from, to), size);
}

/**
 * One bilinear interpolation; from means over blocks where the picture is shrunk to less than half, because a bilinear
 * sample of a large face would see only a few of its pixels.
 */
export function cutAligned(image: Image, transform: Affine, size: number): Image {
  const factor = Math.floor(1 / affineScale(transform));
  if (factor < 2) return warpAffine(image, transform, size, size, { fill: 'edge' });
  const inverse = invertAffine(transform);
  const corners = [
    [0, 0],
    [size, 0],
    [0, size],
    [size, size],
  ].map(([x, y]) => [inverse[0] * x! + inverse[1] * y! + inverse[2], inverse[3] * x! + inverse[4] * y! + inverse[5]] as const);
  const low = (axis: 0 | 1, most: number): number =>
    Math.min(most - factor, Math.max(0, Math.floor(Math.min(...corners.map((corner) => corner[axis])) / factor) * factor - factor));
  const high = (axis: 0 | 1, most: number): number =>
    Math.min(most, Math.ceil(Math.max(...corners.map((corner) => corner[axis])) / factor) * factor + factor);
  const [left, top] = [low(0, image.width), low(1, image.height)];
  const width = Math.max(1, Math.floor((high(0, image.width) - left) / factor));
  const height = Math.max(1, Math.floor((high(1, image.height) - top) / factor));
  const whole = crop(image, { x: left, y: top, width: width * factor, height: height * factor });
  const shrink: Affine = [1 / factor, 0, (0.5 - left) / factor - 0.5, 0, 1 / factor, (0.5 - top) / factor - 0.5];
  return warpAffine(resizeArea(whole, width, height), composeAffine(invertAffine(shrink), transform), size, size, { fill: 'edge' });
}
