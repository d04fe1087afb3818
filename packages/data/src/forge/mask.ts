import type { Point } from '@verilens/core';

/** Soft weights over a rectangle of the work area; zero outside it. */
export interface SoftMask {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
  /** [height, width], 0..1 */
  readonly weights: Float32Array;
}

/**
 * The inner face from brows to chin, inside its outline, from six key points.
 *
 * An oval in the face's own frame: eye line across, centre a little below the nose bridge, chin round, forehead and
 * temples fuller. Its half widths follow the ears, so that a turned head is not overrun.
 *
 * @param softness width of the soft edge (standard deviation) in pixels; the edge lies inside the oval
 */
export function innerFaceMask(keypoints: readonly Point[], softness: number, width: number, height: number): SoftMask {
  const { across, down, eyes, unit, tall, mouth } = frameOf(keypoints);
  const centre: Point = [eyes[0] + 0.53 * (mouth[0] - eyes[0]), eyes[1] + 0.53 * (mouth[1] - eyes[1])];
  const reach = (ear: Point | undefined, side: number): number => {
    const along = ear === undefined ? 0 : side * ((ear[0] - centre[0]) * across[0] + (ear[1] - centre[1]) * across[1]);
    return Math.max(0.5 * unit, Math.min(0.92 * unit, 0.8 * along));
  };
  return oval({
    centre,
    across,
    down,
    left: reach(keypoints[4], -1),
    right: reach(keypoints[5], 1),
    up: 0.93 * tall,
    low: 0.95 * tall,
    upPower: 3,
    softness,
    width,
    height,
  });
}

/** Lips and what moves with them, towards the chin. */
export function mouthMask(keypoints: readonly Point[], softness: number, width: number, height: number): SoftMask {
  const { across, down, unit, tall, mouth } = frameOf(keypoints);
  const centre: Point = [mouth[0] + 0.1 * tall * down[0], mouth[1] + 0.1 * tall * down[1]];
  const half = 0.62 * unit;
  return oval({ centre, across, down, left: half, right: half, up: 0.4 * tall, low: 0.45 * tall, upPower: 2, softness, width, height });
}

/** Where a part of the inner face lies and how large it is, in the face's own lengths. */
export interface FacePart {
  /** Of the centre from the middle of the face, in half widths of the face: -1 its right edge, 1 its left. */
  readonly across: number;
  /** Of the centre: 0 at the eyes, 1 at the mouth. */
  readonly down: number;
  /** Half axes over the distance of the eyes, and of eyes and mouth. */
  readonly width: number;
  readonly height: number;
}

/** An oval part of the inner face. */
export function partMask(keypoints: readonly Point[], part: FacePart, softness: number, width: number, height: number): SoftMask {
  const { across, down, eyes, unit, tall } = frameOf(keypoints);
  const along = part.across * unit;
  const below = part.down * tall;
  const half = part.width * unit;
  const centre: Point = [eyes[0] + along * across[0] + below * down[0], eyes[1] + along * across[1] + below * down[1]];
  const [up, low] = [part.height * tall, part.height * tall];
  return oval({ centre, across, down, left: half, right: half, up, low, upPower: 2, softness, width, height });
}

/** The face's own axes and lengths. */
function frameOf(keypoints: readonly Point[]): { across: Point; down: Point; eyes: Point; mouth: Point; unit: number; tall: number } {
  const [a, b, , mouth] = keypoints as [Point, Point, Point, Point];
  const eyes: Point = [(a[0] + b[0]) / 2, (a[1] + b[1]) / 2];
  const distance = Math.hypot(b[0] - a[0], b[1] - a[1]);
  const across: Point = distance > 0 ? [(b[0] - a[0]) / distance, (b[1] - a[1]) / distance] : [1, 0];
  const down: Point = [-across[1], across[0]];
  const tall = Math.max(1, (mouth[0] - eyes[0]) * down[0] + (mouth[1] - eyes[1]) * down[1]);
  return { across, down, eyes, mouth, unit: Math.max(distance, 0.78 * tall), tall };
}

interface Oval {
  readonly centre: Point;
  readonly across: Point;
  readonly down: Point;
  /** Half axes in the four directions. */
  readonly left: number;
  readonly right: number;
  readonly up: number;
  readonly low: number;
  /** Exponent of the upper half: 2 is an ellipse, more is fuller. */
  readonly upPower: 2 | 3;
  readonly softness: number;
  readonly width: number;
  readonly height: number;
}

const STEPS = 512;
const FAR = 4; // tables reach to radius^power = 4

function oval(o: Oval): SoftMask {
  const soft = Math.max(0.5, o.softness);
  const mean = (o.left + o.right + o.up + o.low) / 4;
  const low = edge(2, mean, soft);
  const high = o.upPower === 2 ? low : edge(3, mean, soft);
  const radius = Math.max(o.left, o.right, o.up, o.low) + 3 * soft;
  const x0 = Math.max(0, Math.floor(o.centre[0] - radius));
  const y0 = Math.max(0, Math.floor(o.centre[1] - radius));
  const x1 = Math.min(o.width, Math.ceil(o.centre[0] + radius) + 1);
  const y1 = Math.min(o.height, Math.ceil(o.centre[1] + radius) + 1);
  const width = Math.max(0, x1 - x0);
  const height = Math.max(0, y1 - y0);
  const weights = new Float32Array(width * height);
  let right = 0;
  let bottom = 0;
  let left = width;
  let top = height;
  for (let y = 0; y < height; y++) {
    const dy = y0 + y - o.centre[1];
    for (let x = 0; x < width; x++) {
      const dx = x0 + x - o.centre[0];
      const u = dx * o.across[0] + dy * o.across[1];
      const v = dx * o.down[0] + dy * o.down[1];
      const p = Math.abs(u) / (u < 0 ? o.left : o.right);
      const q = Math.abs(v) / (v < 0 ? o.up : o.low);
      const above = v < 0 && o.upPower === 3;
      const r = above ? p * p * p + q * q * q : p * p + q * q;
      if (r >= FAR) continue;
      const at = (r * STEPS) / FAR;
      const k = at | 0;
      const table = above ? high : low;
      const weight = table[k]! + (at - k) * (table[k + 1]! - table[k]!);
      if (weight <= 0) continue;
      weights[y * width + x] = weight;
      if (x < left) left = x;
      if (x > right) right = x;
      if (y < top) top = y;
      bottom = y;
    }
  }
  return trim({ x: x0, y: y0, width, height, weights }, left, top, right + 1, bottom + 1);
}

/** Weight over radius^power: a smooth step of the given softness whose middle lies 0.6 of it inside the edge. */
function edge(power: number, mean: number, soft: number): Float32Array {
  return Float32Array.from({ length: STEPS + 2 }, (_, k) => {
    const distance = (((k * FAR) / STEPS) ** (1 / power) - 1) * mean;
    const weight = 1 / (1 + Math.exp((1.702 * (distance + 0.6 * soft)) / soft));
    return Math.max(0, (weight - 0.005) / 0.995);
  });
}

function trim(mask: SoftMask, left: number, top: number, right: number, bottom: number): SoftMask {
  const width = Math.max(0, right - left);
  const height = Math.max(0, bottom - top);
  const weights = new Float32Array(width * height);
  for (let y = 0; y < height; y++) {
    const from = (top + y) * mask.width + left;
    weights.set(mask.weights.subarray(from, from + width), y * width);
  }
  return { x: mask.x + left, y: mask.y + top, width, height, weights };
}
