import type { Point } from '@verilens/core';
import { gaussianBlurPlane } from './blur.ts';
import { createPlane, type Plane } from './image.ts';

/** Convex hull, counter-clockwise in x-right y-up axes, without repeated or collinear points (Andrew's monotone chain, 1979). */
export function convexHull(points: readonly Point[]): Point[] {
  const sorted = [...points]
    .sort((p, q) => p[0] - q[0] || p[1] - q[1])
    .filter((p, i, all) => i === 0 || p[0] !== all[i - 1]![0] || p[1] !== all[i - 1]![1]);
  if (sorted.length < 3) return sorted;
  const half = (list: readonly Point[]): Point[] => {
    const chain: Point[] = [];
    for (const p of list) {
      while (chain.length >= 2 && turn(chain[chain.length - 2]!, chain[chain.length - 1]!, p) <= 0) chain.pop();
      chain.push(p);
    }
    chain.pop();
    return chain;
  };
  return [...half(sorted), ...half(sorted.reverse())];
}

function turn(o: Point, a: Point, b: Point): number {
  return (a[0] - o[0]) * (b[1] - o[1]) - (a[1] - o[1]) * (b[0] - o[0]);
}

/**
 * Fills a polygon (even-odd rule) into a mask 0..1: the covered share of each pixel, then a Gaussian of `softness` pixels (0: none).
 * Corners are in pixel-centre coordinates. Coverage is exact along rows and sampled in 4 lines per row.
 */
export function polygonMask(polygon: readonly Point[], width: number, height: number, softness: number = 0): Plane {
  const mask = createPlane(width, height);
  const lines = 4;
  for (let y = 0; y < height; y++) {
    for (let line = 0; line < lines; line++) {
      const sy = y - 0.5 + (line + 0.5) / lines;
      const crossings: number[] = [];
      for (let i = 0; i < polygon.length; i++) {
        const [x0, y0] = polygon[i]!;
        const [x1, y1] = polygon[(i + 1) % polygon.length]!;
        if (y0 <= sy !== y1 <= sy) crossings.push(x0 + ((sy - y0) / (y1 - y0)) * (x1 - x0));
      }
      crossings.sort((a, b) => a - b);
      for (let i = 0; i + 1 < crossings.length; i += 2)
        coverRow(mask.data, y * width, width, crossings[i]! + 0.5, crossings[i + 1]! + 0.5, 1 / lines);
    }
  }
  return softness > 0 ? gaussianBlurPlane(mask, softness) : mask;
}

/** Adds the share of each pixel that the stretch from..to (edge coordinates) covers. */
function coverRow(data: Float32Array, row: number, width: number, from: number, to: number, weight: number): void {
  const low = Math.max(0, from);
  const high = Math.min(width, to);
  for (let x = Math.floor(low); x < high; x++)
    data[row + x] = Math.min(1, data[row + x]! + Math.max(0, Math.min(high, x + 1) - Math.max(low, x)) * weight);
}

/**
 * Ellipse mask 0..1 that is 1 within `1 - softness` of the radius and falls smoothly (cosine) to 0 at the radius.
 * centre in pixel-centre coordinates; radii in pixels; angle in radians, clockwise on screen; softness 0..1.
 */
export function ellipseMask(
  centre: Point,
  radii: Point,
  width: number,
  height: number,
  options: { readonly angle?: number; readonly softness?: number } = {},
): Plane {
  const { angle = 0, softness = 0.2 } = options;
  const mask = createPlane(width, height);
  const c = Math.cos(angle);
  const s = Math.sin(angle);
  const inner = 1 - Math.min(1, Math.max(0, softness));
  for (let y = 0, o = 0; y < height; y++) {
    for (let x = 0; x < width; x++, o++) {
      const dx = x - centre[0];
      const dy = y - centre[1];
      const r = Math.hypot((c * dx + s * dy) / radii[0], (-s * dx + c * dy) / radii[1]);
      mask.data[o] = r <= inner ? 1 : r >= 1 ? 0 : 0.5 + 0.5 * Math.cos((Math.PI * (r - inner)) / (1 - inner));
    }
  }
  return mask;
}
