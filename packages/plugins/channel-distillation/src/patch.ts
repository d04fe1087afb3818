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
const ENOUGH = 1.5;
/** Distance of the samples that are averaged where it is more, in source pixels, and how many are taken along each side at most. */
const SPACING = 2;
const MOST = 3;

/**
 * The area as `size` x `size` pixels, [size, size, 3], RGB 0..255; the frame's border pixels go on outside.
 * Shrinking averages over a grid of samples, so that fine texture does not alias into the features.
 */
export function samplePatch(image: Image, area: Area, size: number, out: Float32Array): Float32Array {
  const { angle = 0 } = area;
  if (angle !== 0) return sampleTurned(image, area, size, out);
  if (area.width > ENOUGH * size || area.height > ENOUGH * size) return sampleMeans(image, area, size, out);
  return sampleBilinear(image, area, size, out);
}

/** Where samples lie along one axis, `step` apart around `middle`: places of pixels before and after, and the share of the one after. */
function axis(middle: number, step: number, count: number, length: number): { before: Int32Array; after: Int32Array; share: Float64Array } {
  const before = new Int32Array(count);
  const after = new Int32Array(count);
  const share = new Float64Array(count);
  for (let i = 0; i < count; i++) {
    // in pixel centres
    const at = Math.min(Math.max(middle - 0.5 + (i - (count - 1) / 2) * step, 0), length - 1);
    before[i] = Math.floor(at);
    after[i] = Math.min(before[i]! + 1, length - 1);
    share[i] = at - before[i]!;
  }
  return { before, after, share };
}

function sampleBilinear({ data, width, height }: Image, area: Area, size: number, out: Float32Array): Float32Array {
  const xs = axis(area.x, area.width / size, size, width);
  const ys = axis(area.y, area.height / size, size, height);
  let o = 0;
  for (let row = 0; row < size; row++) {
    const upper = ys.before[row]! * width;
    const lower = ys.after[row]! * width;
    const fy = ys.share[row]!;
    for (let column = 0; column < size; column++, o += 3) {
      const fx = xs.share[column]!;
      const a = (upper + xs.before[column]!) * 4;
      const b = (upper + xs.after[column]!) * 4;
      const c = (lower + xs.before[column]!) * 4;
      const d = (lower + xs.after[column]!) * 4;
      const wb = fx * (1 - fy);
      const wd = fx * fy;
      const wa = 1 - fy - wb;
      const wc = fy - wd;
      out[o] = wa * data[a]! + wb * data[b]! + wc * data[c]! + wd * data[d]!;
      out[o + 1] = wa * data[a + 1]! + wb * data[b + 1]! + wc * data[c + 1]! + wd * data[d + 1]!;
      out[o + 2] = wa * data[a + 2]! + wb * data[b + 2]! + wc * data[c + 2]! + wd * data[d + 2]!;
    }
  }
  return out;
}

/** The mean of the nearest pixels of a grid over each output pixel. */
function sampleMeans({ data, width, height }: Image, area: Area, size: number, out: Float32Array): Float32Array {
  const gridX = Math.min(MOST, Math.ceil(area.width / size / SPACING));
  const gridY = Math.min(MOST, Math.ceil(area.height / size / SPACING));
  const nearest = (middle: number, step: number, count: number, length: number): Int32Array =>
    Int32Array.from({ length: count }, (_, i) => Math.min(Math.max(Math.floor(middle + (i - (count - 1) / 2) * step), 0), length - 1));
  const xs = nearest(area.x, area.width / size / gridX, size * gridX, width).map((x) => 4 * x);
  const ys = nearest(area.y, area.height / size / gridY, size * gridY, height).map((y) => 4 * width * y);
  const weight = 1 / (gridX * gridY);
  const line = new Float64Array(size * 3);
  for (let row = 0, o = 0; row < size; row++) {
    line.fill(0);
    for (let i = 0; i < gridY; i++) {
      const start = ys[row * gridY + i]!;
      for (let column = 0, k = 0, at = 0; column < size; column++, k += 3) {
        let r = 0;
        let g = 0;
        let b = 0;
        for (let j = 0; j < gridX; j++) {
          const p = start + xs[at++]!;
          r += data[p]!;
          g += data[p + 1]!;
          b += data[p + 2]!;
        }
        line[k]! += r;
        line[k + 1]! += g;
        line[k + 2]! += b;
      }
    }
    for (let k = 0; k < line.length; k++, o++) out[o] = line[k]! * weight;
  }
  return out;
}

/** The slow form for turned areas, which only the first frame needs. */
function sampleTurned(image: Image, area: Area, size: number, out: Float32Array): Float32Array {
  const { data, width, height } = image;
  const grid = Math.max(1, Math.ceil(Math.max(area.width, area.height) / size / ENOUGH));
  const [fineX, fineY] = [area.width / size / grid, area.height / size / grid];
  const [cos, sin] = [Math.cos(area.angle ?? 0), Math.sin(area.angle ?? 0)];
  const weight = 1 / (grid * grid);
  const [left, top] = [(fineX - area.width) / 2, (fineY - area.height) / 2];
  out.fill(0, 0, size * size * 3);
  for (let row = 0; row < size * grid; row++) {
    const v = top + row * fineY;
    for (let column = 0; column < size * grid; column++) {
      const u = left + column * fineX;
      const px = Math.min(Math.max(area.x - 0.5 + cos * u - sin * v, 0), width - 1);
      const py = Math.min(Math.max(area.y - 0.5 + sin * u + cos * v, 0), height - 1);
      const [x0, y0] = [Math.floor(px), Math.floor(py)];
      const [fx, fy] = [px - x0, py - y0];
      const p = (y0 * width + x0) * 4;
      const q = x0 + 1 < width ? p + 4 : p;
      const down = y0 + 1 < height ? width * 4 : 0;
      const o = (Math.floor(row / grid) * size + Math.floor(column / grid)) * 3;
      for (let c = 0; c < 3; c++) {
        const upper = (1 - fx) * data[p + c]! + fx * data[q + c]!;
        const lower = (1 - fx) * data[p + down + c]! + fx * data[q + down + c]!;
        out[o + c]! += weight * ((1 - fy) * upper + fy * lower);
      }
    }
  }
  return out;
}
