import { VerilensError, type Affine, type Box, type Point } from '@verilens/core';

// Convention of the whole package: (0, 0) is the CENTRE of the first pixel, as in OpenCV's warpAffine.
// A box's edges lie half a pixel outside the centres of its border pixels; `boxTransform` accounts for that.

export const IDENTITY: Affine = [1, 0, 0, 0, 1, 0];

export function translation(dx: number, dy: number): Affine {
  return [1, 0, dx, 0, 1, dy];
}

export function scaling(sx: number, sy: number = sx): Affine {
  return [sx, 0, 0, 0, sy, 0];
}

/** Rotation about `centre`, clockwise on screen (y points down) for positive angles. */
export function rotation(radians: number, centre: Point = [0, 0]): Affine {
  const c = Math.cos(radians);
  const s = Math.sin(radians);
  const [x, y] = centre;
  return [c, -s, x - c * x + s * y, s, c, y - s * x - c * y];
}

/** One map that does the given ones in order: the first argument is applied first. */
export function composeAffine(...maps: readonly Affine[]): Affine {
  let [a, b, c, d, e, f]: Affine = IDENTITY;
  for (const [A, B, C, D, E, F] of maps) {
    [a, b, c, d, e, f] = [A * a + B * d, A * b + B * e, A * c + B * f + C, D * a + E * d, D * b + E * e, D * c + E * f + F];
  }
  return [a, b, c, d, e, f];
}

/** @throws VerilensError BAD_INPUT when the map flattens the plane (or holds NaN). */
export function invertAffine([a, b, c, d, e, f]: Affine): Affine {
  const det = a * e - b * d;
  if (!(Math.abs(det) > 1e-12) || !Number.isFinite(det + c + f)) {
    throw new VerilensError('BAD_INPUT', 'this affine map has no inverse', {
      place: 'vision.invertAffine',
      expected: 'a finite, non-zero determinant',
      got: `${det}`,
    });
  }
  const A = e / det;
  const B = -b / det;
  const D = -d / det;
  const E = a / det;
  return [A, B, -(A * c + B * f), D, E, -(D * c + E * f)];
}

export function transformPoint([a, b, c, d, e, f]: Affine, [x, y]: Point): Point {
  return [a * x + b * y + c, d * x + e * y + f];
}

export function transformPoints(map: Affine, points: readonly Point[]): Point[] {
  return points.map((point) => transformPoint(map, point));
}

/** The axis-aligned box around a box's four mapped corners. */
export function transformBox(map: Affine, box: Box): Box {
  const corners = transformPoints(map, [
    [box.x, box.y],
    [box.x + box.width, box.y],
    [box.x, box.y + box.height],
    [box.x + box.width, box.y + box.height],
  ]);
  const xs = corners.map(([x]) => x);
  const ys = corners.map(([, y]) => y);
  const x = Math.min(...xs);
  const y = Math.min(...ys);
  return { x, y, width: Math.max(...xs) - x, height: Math.max(...ys) - y };
}

/** Mean magnification of a map: the square root of |determinant|. */
export function affineScale([a, b, , d, e]: Affine): number {
  return Math.sqrt(Math.abs(a * e - b * d));
}

/** Maps a box of the source onto a whole `width` x `height` picture, edges on edges (half-pixel centres). */
export function boxTransform(box: Box, width: number, height: number): Affine {
  const sx = width / box.width;
  const sy = height / box.height;
  // The box's left edge, box.x, is a coordinate of edges: the first pixel's centre is half a pixel further in.
  return [sx, 0, (0.5 - box.x) * sx - 0.5, 0, sy, (0.5 - box.y) * sy - 0.5];
}

/**
 * Least-squares similarity (rotation, one scale, shift; no mirroring) taking `from` to `to`.
 * Umeyama, "Least-squares estimation of transformation parameters between two point patterns", PAMI 1991, in the closed form of the plane.
 * @throws VerilensError BAD_INPUT for fewer than two distinct points or unequal counts.
 */
export function fitSimilarity(from: readonly Point[], to: readonly Point[]): Affine {
  checkPairs(from, to, 2, 'vision.fitSimilarity');
  const [mx, my] = mean(from);
  const [ux, uy] = mean(to);
  let real = 0;
  let imaginary = 0;
  let spread = 0;
  for (let i = 0; i < from.length; i++) {
    const x = from[i]![0] - mx;
    const y = from[i]![1] - my;
    const u = to[i]![0] - ux;
    const v = to[i]![1] - uy;
    real += x * u + y * v;
    imaginary += x * v - y * u;
    spread += x * x + y * y;
  }
  if (!(spread > 1e-12)) throw degenerate('vision.fitSimilarity', 'at least two distinct points');
  const c = real / spread;
  const s = imaginary / spread;
  return [c, -s, ux - c * mx + s * my, s, c, uy - s * mx - c * my];
}

/**
 * Least-squares affine map taking `from` to `to`.
 * @throws VerilensError BAD_INPUT for fewer than three points, or points on one line.
 */
export function fitAffine(from: readonly Point[], to: readonly Point[]): Affine {
  checkPairs(from, to, 3, 'vision.fitAffine');
  const [mx, my] = mean(from);
  const [ux, uy] = mean(to);
  let xx = 0;
  let xy = 0;
  let yy = 0;
  let xu = 0;
  let yu = 0;
  let xv = 0;
  let yv = 0;
  for (let i = 0; i < from.length; i++) {
    const x = from[i]![0] - mx;
    const y = from[i]![1] - my;
    const u = to[i]![0] - ux;
    const v = to[i]![1] - uy;
    xx += x * x;
    xy += x * y;
    yy += y * y;
    xu += x * u;
    yu += y * u;
    xv += x * v;
    yv += y * v;
  }
  const det = xx * yy - xy * xy;
  if (!(det > 1e-9 * (xx + yy) ** 2)) throw degenerate('vision.fitAffine', 'three points that are not on one line');
  const a = (xu * yy - yu * xy) / det;
  const b = (yu * xx - xu * xy) / det;
  const d = (xv * yy - yv * xy) / det;
  const e = (yv * xx - xv * xy) / det;
  return [a, b, ux - a * mx - b * my, d, e, uy - d * mx - e * my];
}

function mean(points: readonly Point[]): Point {
  let x = 0;
  let y = 0;
  for (const point of points) {
    x += point[0];
    y += point[1];
  }
  return [x / points.length, y / points.length];
}

function checkPairs(from: readonly Point[], to: readonly Point[], least: number, place: string): void {
  if (from.length !== to.length || from.length < least) {
    throw new VerilensError('BAD_INPUT', 'the two point lists cannot be matched', {
      place,
      expected: `equal counts, at least ${least}`,
      got: `${from.length} and ${to.length}`,
    });
  }
}

function degenerate(place: string, expected: string): VerilensError {
  return new VerilensError('BAD_INPUT', 'the points do not determine a map', {
    place,
    expected,
    got: 'points that coincide, are collinear or are not finite',
  });
}
