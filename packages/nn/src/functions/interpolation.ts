/** How an axis is resized. 'nearest' and the others follow PyTorch's `interpolate`; 'area' averages. */
export type ResizeMode = 'nearest' | 'nearestExact' | 'bilinear' | 'bicubic' | 'area';

export interface AxisResize {
  readonly mode: ResizeMode;
  readonly from: number;
  readonly to: number;
  /** Corner pixels of both pictures lie on each other; otherwise the outer edges of their corner pixels do. */
  readonly alignCorners: boolean;
  /** Widen the kernel when shrinking, so that no pixel is skipped. */
  readonly antialias: boolean;
}

/** Row-major [to, from] weights of resizing one axis, worked out in double precision. */
export function interpolationMatrix(axis: AxisResize): Float32Array {
  const { from, to } = axis;
  const matrix = new Float64Array(to * from);
  for (let i = 0; i < to; i++) {
    for (const [at, weight] of taps(axis, i)) matrix[i * from + at]! += weight;
  }
  return Float32Array.from(matrix);
}

type Tap = readonly [at: number, weight: number];

function taps(axis: AxisResize, i: number): readonly Tap[] {
  const { mode, from, to, antialias } = axis;
  // PyTorch works out nearest places in single precision; some fall one pixel short of the exact quotient
  const ratio = Math.fround(from / to);
  if (mode === 'nearest') return [[Math.min(Math.floor(Math.fround(i * ratio)), from - 1), 1]];
  if (mode === 'nearestExact') return [[Math.min(Math.floor(Math.fround((i + 0.5) * ratio)), from - 1), 1]];
  if (mode === 'area') {
    const [start, end] = [Math.floor((i * from) / to), Math.ceil(((i + 1) * from) / to)];
    return Array.from({ length: end - start }, (_, k): Tap => [start + k, 1 / (end - start)]);
  }
  return antialias ? smoothTaps(axis, i) : pointTaps(axis, i);
}

function pointTaps({ mode, from, to, alignCorners }: AxisResize, i: number): readonly Tap[] {
  const spot = alignCorners ? (to > 1 ? (i * (from - 1)) / (to - 1) : 0) : ((i + 0.5) * from) / to - 0.5;
  const inside = (at: number): number => Math.min(Math.max(at, 0), from - 1);
  if (mode === 'bilinear') {
    const at = Math.max(spot, 0);
    const low = Math.floor(at);
    return [
      [inside(low), 1 - (at - low)],
      [inside(low + 1), at - low],
    ];
  }
  const low = Math.floor(spot);
  return [-1, 0, 1, 2].map((k): Tap => [inside(low + k), cubic(spot - low - k, -0.75)]);
}

/** Pillow's and PyTorch's antialiased kernels: triangle, and cubic with a = -0.5, as wide as a target pixel. */
function smoothTaps({ mode, from, to }: AxisResize, i: number): readonly Tap[] {
  const scale = from / to;
  const width = Math.max(scale, 1);
  const support = (mode === 'bilinear' ? 1 : 2) * width;
  const centre = (i + 0.5) * scale;
  const start = Math.max(Math.trunc(centre - support + 0.5), 0);
  const end = Math.min(Math.trunc(centre + support + 0.5), from);
  const raw = Array.from({ length: end - start }, (_, k): Tap => {
    const distance = Math.abs((start + k - centre + 0.5) / width);
    return [start + k, mode === 'bilinear' ? Math.max(1 - distance, 0) : cubic(distance, -0.5)];
  });
  const total = raw.reduce((sum, [, weight]) => sum + weight, 0);
  return raw.map(([at, weight]): Tap => [at, weight / total]);
}

/** Keys' cubic convolution kernel. */
function cubic(x: number, a: number): number {
  const d = Math.abs(x);
  if (d >= 2) return 0;
  return d <= 1 ? ((a + 2) * d - (a + 3)) * d * d + 1 : ((a * d - 5 * a) * d + 8 * a) * d - 4 * a;
}
