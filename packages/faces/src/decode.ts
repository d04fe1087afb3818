import type { Face, Point } from '@verilens/core';
import { ANCHOR_COUNT } from './anchors.ts';

/** How the picture was laid into the network's square: picture = (square - offset) / scale, in pixels. */
export interface Placement {
  readonly scale: number;
  readonly offsetX: number;
  readonly offsetY: number;
}

const VALUES = 16; // box centre x, y, width, height, then six key points

/**
 * Faces at or above `minScore` among the anchors, before suppression. Boxes are given by their edges (the first pixel
 * spans 0..1), key points in the coordinates of `@verilens/vision` (0 is the centre of the first pixel).
 *
 * @param logits [896] raw scores; a face's score is their logistic function
 * @param values [896 * 16] centre, size and six key points per anchor, in input pixels relative to the anchor's centre
 * @param centres of `anchorCentres()`
 * @param inputSize side of the network's input in pixels
 * @param placement from the network's square back to the picture
 */
export function decodeFaces(
  logits: Float32Array,
  values: Float32Array,
  centres: Float32Array,
  inputSize: number,
  placement: Placement,
  minScore: number,
): Face[] {
  const faces: Face[] = [];
  const toX = (x: number): number => (x - placement.offsetX) / placement.scale;
  const toY = (y: number): number => (y - placement.offsetY) / placement.scale;
  for (let i = 0; i < ANCHOR_COUNT; i++) {
    const score = 1 / (1 + Math.exp(-Math.max(-80, Math.min(80, logits[i]!))));
    if (score < minScore) continue;
    const v = i * VALUES;
    const anchorX = centres[2 * i]! * inputSize;
    const anchorY = centres[2 * i + 1]! * inputSize;
    const width = values[v + 2]! / placement.scale;
    const height = values[v + 3]! / placement.scale;
    if (!(width > 0 && height > 0)) continue;
    const point = (k: number): Point => [toX(values[v + 4 + 2 * k]! + anchorX) - 0.5, toY(values[v + 5 + 2 * k]! + anchorY) - 0.5];
    faces.push({
      box: { x: toX(values[v]! + anchorX) - width / 2, y: toY(values[v + 1]! + anchorY) - height / 2, width, height },
      score,
      keypoints: [point(0), point(1), point(2), point(3), point(4), point(5)],
    });
  }
  return faces;
}
