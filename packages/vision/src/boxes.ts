import type { Box, Point } from '@verilens/core';

export function boxArea(box: Box): number {
  return Math.max(0, box.width) * Math.max(0, box.height);
}

export function intersectionArea(a: Box, b: Box): number {
  const width = Math.min(a.x + a.width, b.x + b.width) - Math.max(a.x, b.x);
  const height = Math.min(a.y + a.height, b.y + b.height) - Math.max(a.y, b.y);
  return width > 0 && height > 0 ? width * height : 0;
}

/** Intersection over union, 0..1; 0 for two empty boxes. */
export function iou(a: Box, b: Box): number {
  const common = intersectionArea(a, b);
  const union = boxArea(a) + boxArea(b) - common;
  return union > 0 ? common / union : 0;
}

export interface Scored {
  readonly box: Box;
  readonly score: number;
}

/** Greedy suppression: best score first, dropping what overlaps a kept one by more than `overlap` (IoU). Equal scores keep their order. */
export function nonMaximumSuppression<T extends Scored>(found: readonly T[], overlap: number = 0.5, limit: number = Infinity): T[] {
  const kept: T[] = [];
  for (const candidate of byScore(found)) {
    if (kept.length >= limit) break;
    if (kept.every((other) => iou(other.box, candidate.box) <= overlap)) kept.push(candidate);
  }
  return kept;
}

/**
 * Blending suppression of BlazeFace (Bazarevsky et al., "BlazeFace: Sub-millisecond neural face detection on mobile GPUs", 2019, section 3.4):
 * a detection and all that overlap it by more than `overlap` become their mean weighted by score, which steadies boxes over time.
 * Key points, if any, are averaged with the box. The score is the best one's.
 */
export function blendOverlapping<T extends Scored & { readonly keypoints?: readonly Point[] }>(
  found: readonly T[],
  overlap: number = 0.3,
): T[] {
  let rest = byScore(found);
  const blended: T[] = [];
  while (rest.length > 0) {
    const best = rest[0]!;
    const group = rest.filter((other) => other === best || iou(other.box, best.box) > overlap);
    rest = rest.filter((other) => !group.includes(other));
    const total = group.reduce((sum, one) => sum + one.score, 0);
    const average = (value: (one: T) => number): number =>
      total > 0 ? group.reduce((sum, one) => sum + value(one) * one.score, 0) / total : value(best);
    const box: Box = {
      x: average((d) => d.box.x),
      y: average((d) => d.box.y),
      width: average((d) => d.box.width),
      height: average((d) => d.box.height),
    };
    const keypoints = best.keypoints?.map((_, i): Point => [average((d) => d.keypoints![i]![0]), average((d) => d.keypoints![i]![1])]);
    blended.push(keypoints === undefined ? { ...best, box } : { ...best, box, keypoints });
  }
  return blended;
}

function byScore<T extends Scored>(found: readonly T[]): T[] {
  return found.filter((one) => Number.isFinite(one.score)).sort((a, b) => b.score - a.score);
}
