import type { Image } from '@verilens/core';

/** A rectangle of a frame: centre and size in pixels of the frame (edges, so the first pixel spans 0..1), turned by `angle` radians. */
export interface Area {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
  readonly angle?: number;
}

/** Up to this many source pixels an output pixel, one bilinear sample is enough. */
const SPACING = 1.5;

/**
 * The area as `size` x `size` pixels, [size, size, 3], RGB 0..255; the frame's border pixels go on outside.
 * Shrinking averages over a grid of bilinear samples, so that fine texture does not alias into the features.
 */
export function samplePatch(image: Image, area: Area, size: number, out: Float32Array): Float32Array {
  const { data, width, height } = image;
  const { angle = 0 } = area;
  const gridX = Math.max(1, Math.ceil(area.width / size / SPACING));
  const gridY = Math.max(1, Math.ceil(area.height / size / SPACING));
  const fineX = area.width / size / gridX;
  const fineY = area.height / size / gridY;
  const [cos, sin] = [Math.cos(angle), Math.sin(angle)];
  const weight = 1 / (gridX * gridY);
  // in pixel centres
  const [cx, cy] = [area.x - 0.5, area.y - 0.5];
  const [left, top] = [(fineX - area.width) / 2, (fineY - area.height) / 2];
  let o = 0;
  for (let row = 0; row < size; row++) {
    for (let column = 0; column < size; column++, o += 3) {
      let r = 0;
      let g = 0;
      let b = 0;
      for (let i = 0; i < gridY; i++) {
        const v = top + (row * gridY + i) * fineY;
        for (let j = 0; j < gridX; j++) {
          const u = left + (column * gridX + j) * fineX;
          const px = Math.min(Math.max(cx + cos * u - sin * v, 0), width - 1);
          const py = Math.min(Math.max(cy + sin * u + cos * v, 0), height - 1);
          const x0 = px | 0;
          const y0 = py | 0;
          const fx = px - x0;
          const fy = py - y0;
          const p = (y0 * width + x0) * 4;
          const q = x0 + 1 < width ? p + 4 : p;
          const down = y0 + 1 < height ? width * 4 : 0;
          const w00 = (1 - fx) * (1 - fy);
          const w01 = fx * (1 - fy);
          const w10 = (1 - fx) * fy;
          const w11 = fx * fy;
          r += w00 * data[p]! + w01 * data[q]! + w10 * data[p + down]! + w11 * data[q + down]!;
          g += w00 * data[p + 1]! + w01 * data[q + 1]! + w10 * data[p + down + 1]! + w11 * data[q + down + 1]!;
          b += w00 * data[p + 2]! + w01 * data[q + 2]! + w10 * data[p + down + 2]! + w11 * data[q + down + 2]!;
        }
      }
      out[o] = r * weight;
      out[o + 1] = g * weight;
      out[o + 2] = b * weight;
    }
  }
  return out;
}
