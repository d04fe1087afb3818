import type { Point } from '@verilens/core';

/**
 * Where networks trained as ArcFace was (Deng et al., CVPR 2019) expect right eye, left eye, nose tip and the right and left corner of
 * the mouth, in pixels of 112 x 112.
 */
export const ARCFACE_TEMPLATE: readonly [Point, Point, Point, Point, Point] = [
  [38.2946, 51.6963],
  [73.5318, 51.5014],
  [56.0252, 71.7366],
  [41.5493, 92.3655],
  [70.7299, 92.2041],
];
