import { VerilensError } from '@verilens/core';

/**
 * What a baseline JPEG at `quality` does to a picture, without writing a file: YCbCr, 4:2:0, 8x8 DCT, the standard's
 * tables (annex K, scaled as libjpeg does), quantisation, and back with libjpeg's smooth chroma upsampling.
 * Entropy coding loses nothing and is left out. Within about a grey level of libjpeg.
 *
 * @param rgb [height, width, 3], changed in place
 * @param quality 1..100
 * @throws VerilensError BAD_OPTION, BAD_SHAPE
 */
export function jpegInPlace(rgb: Uint8Array | Uint8ClampedArray, width: number, height: number, quality: number): void {
  if (!(quality >= 1 && quality <= 100)) {
    throw new VerilensError('BAD_OPTION', 'JPEG quality out of range', {
      place: 'data/forge/jpeg',
      expected: '1..100',
      got: String(quality),
    });
  }
  if (rgb.length !== width * height * 3) {
    throw new VerilensError('BAD_SHAPE', 'not an RGB picture', {
      place: 'data/forge/jpeg',
      expected: `${width * height * 3} bytes`,
      got: String(rgb.length),
    });
  }
  const { y, cb, cr, blue, red, line } = workspaceOf(width, height);
  split(rgb, width, height, y, cb, cr);
  quantise(y, scaled(LUMA, quality));
  const chroma = scaled(CHROMA, quality);
  quantise(cb, chroma);
  quantise(cr, chroma);
  upsample(cb, line, blue);
  upsample(cr, line, red);
  join(rgb, width, height, y, blue, red, line.length * 2);
}

/** Room for the channels of one picture. */
interface Workspace {
  readonly width: number;
  readonly height: number;
  readonly y: Plane;
  readonly cb: Plane;
  readonly cr: Plane;
  /** Cb and Cr at twice their size, and room for a line of them. */
  readonly blue: Float32Array;
  readonly red: Float32Array;
  readonly line: Float32Array;
}

let workspace: Workspace | undefined;

/** Kept from one picture to the next of its size, as everything here is synchronous: frames come by the thousand. */
function workspaceOf(width: number, height: number): Workspace {
  if (workspace?.width === width && workspace.height === height) return workspace;
  const chromaWidth = (width + 1) >> 1;
  const chromaHeight = (height + 1) >> 1;
  const upsampled = (): Float32Array => new Float32Array(4 * chromaWidth * chromaHeight);
  const chroma = (): Plane => plane(chromaWidth, chromaHeight);
  const line = new Float32Array(chromaWidth);
  workspace = { width, height, y: plane(width, height), cb: chroma(), cr: chroma(), blue: upsampled(), red: upsampled(), line };
  return workspace;
}

/** A channel padded to whole blocks by repeating its last row and column, as encoders do. */
interface Plane {
  readonly data: Float32Array;
  readonly stride: number;
  readonly rows: number;
}

function plane(width: number, height: number): Plane {
  const stride = (width + 7) & ~7;
  const rows = (height + 7) & ~7;
  return { data: new Float32Array(stride * rows), stride, rows };
}

function split(rgb: Uint8Array | Uint8ClampedArray, width: number, height: number, y: Plane, cb: Plane, cr: Plane): void {
  const stride = y.stride;
  for (let row = 0; row < y.rows; row++) {
    const line = Math.min(row, height - 1) * width;
    for (let x = 0; x < stride; x++) {
      const i = (line + (x < width ? x : width - 1)) * 3;
      y.data[row * stride + x] = ((0.299 * rgb[i]! + 0.587 * rgb[i + 1]! + 0.114 * rgb[i + 2]! + 0.5) | 0) - 128;
    }
  }
  for (let row = 0; row < cb.rows; row++) {
    const upper = Math.min(row * 2, height - 1) * width;
    const lower = Math.min(row * 2 + 1, height - 1) * width;
    for (let x = 0; x < cb.stride; x++) {
      const left = 2 * x < width ? 2 * x : width - 1;
      const right = 2 * x + 1 < width ? 2 * x + 1 : width - 1;
      const a = (upper + left) * 3;
      const b = (upper + right) * 3;
      const c = (lower + left) * 3;
      const d = (lower + right) * 3;
      const at = row * cb.stride + x;
      // Rounded per pixel, then averaged with a bias that alternates 1, 2: as libjpeg, so that no drift adds up.
      const bias = 1 + (x & 1);
      cb.data[at] = (blueOf(rgb, a) + blueOf(rgb, b) + blueOf(rgb, c) + blueOf(rgb, d) + bias) >> 2;
      cr.data[at] = (redOf(rgb, a) + redOf(rgb, b) + redOf(rgb, c) + redOf(rgb, d) + bias) >> 2;
    }
  }
}

/** Cb and Cr of one pixel, -128..127. */
function blueOf(rgb: Uint8Array | Uint8ClampedArray, i: number): number {
  return round(-0.168736 * rgb[i]! - 0.331264 * rgb[i + 1]! + 0.5 * rgb[i + 2]!);
}
function redOf(rgb: Uint8Array | Uint8ClampedArray, i: number): number {
  return round(0.5 * rgb[i]! - 0.418688 * rgb[i + 1]! - 0.081312 * rgb[i + 2]!);
}

function join(
  rgb: Uint8Array | Uint8ClampedArray,
  width: number,
  height: number,
  y: Plane,
  cb: Float32Array,
  cr: Float32Array,
  stride: number,
): void {
  for (let row = 0; row < height; row++) {
    for (let x = 0; x < width; x++) {
      const luma = y.data[row * y.stride + x]! + 128;
      const blue = cb[row * stride + x]!;
      const red = cr[row * stride + x]!;
      const i = (row * width + x) * 3;
      rgb[i] = byte(luma + 1.402 * red);
      rgb[i + 1] = byte(luma - 0.344136 * blue - 0.714136 * red);
      rgb[i + 2] = byte(luma + 1.772 * blue);
    }
  }
}

function byte(value: number): number {
  return value < 0 ? 0 : value > 255 ? 255 : (value + 0.5) | 0;
}

/** Nearest whole number for values above -4096. */
function round(value: number): number {
  return ((value + 4096.5) | 0) - 4096;
}

// cos(k pi / 16) / 2
const [C1, C2, C3, C4, C5, C6, C7]: readonly [number, number, number, number, number, number, number] = [
  0.49039264020161522, 0.46193976625564337, 0.41573480615127262, 0.35355339059327379, 0.27778511650980114, 0.19134171618254489,
  0.097545161008064134,
];

const block = new Float64Array(64);

function quantise({ data, stride, rows }: Plane, table: Float32Array): void {
  for (let top = 0; top < rows; top += 8) {
    for (let left = 0; left < stride; left += 8) {
      const start = top * stride + left;
      for (let k = 0, from = start; k < 64; k += 8, from += stride) {
        for (let x = 0; x < 8; x++) block[k + x] = data[from + x]!;
        forward(block, k, 1);
      }
      for (let k = 0; k < 8; k++) forward(block, k, 8);
      for (let k = 0; k < 64; k++) {
        const step = table[k]!;
        const value = block[k]!;
        // Most high frequencies vanish; skipping the division there is the cheap path.
        block[k] = value + value < step && value + value > -step ? 0 : round(value / step) * step;
      }
      for (let k = 0; k < 8; k++) inverse(block, k, 8);
      for (let k = 0, to = start; k < 64; k += 8, to += stride) {
        inverse(block, k, 1);
        for (let x = 0; x < 8; x++) {
          const value = round(block[k + x]!);
          data[to + x] = value < -128 ? -128 : value > 127 ? 127 : value;
        }
      }
    }
  }
}

/** 8-point DCT of one row (step 1) or column (step 8), in place. */
function forward(v: Float64Array, at: number, step: number): void {
  const i1 = at + step,
    i2 = i1 + step,
    i3 = i2 + step,
    i4 = i3 + step,
    i5 = i4 + step,
    i6 = i5 + step,
    i7 = i6 + step;
  const s0 = v[at]! + v[i7]!,
    s1 = v[i1]! + v[i6]!,
    s2 = v[i2]! + v[i5]!,
    s3 = v[i3]! + v[i4]!;
  const d0 = v[at]! - v[i7]!,
    d1 = v[i1]! - v[i6]!,
    d2 = v[i2]! - v[i5]!,
    d3 = v[i3]! - v[i4]!;
  const e0 = s0 + s3,
    e1 = s1 + s2,
    e2 = s0 - s3,
    e3 = s1 - s2;
  v[at] = C4 * (e0 + e1);
  v[i4] = C4 * (e0 - e1);
  v[i2] = C2 * e2 + C6 * e3;
  v[i6] = C6 * e2 - C2 * e3;
  v[i1] = C1 * d0 + C3 * d1 + C5 * d2 + C7 * d3;
  v[i3] = C3 * d0 - C7 * d1 - C1 * d2 - C5 * d3;
  v[i5] = C5 * d0 - C1 * d1 + C7 * d2 + C3 * d3;
  v[i7] = C7 * d0 - C5 * d1 + C3 * d2 - C1 * d3;
}

/** Its inverse, which is its transpose. */
function inverse(v: Float64Array, at: number, step: number): void {
  const i1 = at + step,
    i2 = i1 + step,
    i3 = i2 + step,
    i4 = i3 + step,
    i5 = i4 + step,
    i6 = i5 + step,
    i7 = i6 + step;
  const f0 = v[at]!,
    f1 = v[i1]!,
    f2 = v[i2]!,
    f3 = v[i3]!,
    f4 = v[i4]!,
    f5 = v[i5]!,
    f6 = v[i6]!,
    f7 = v[i7]!;
  if (f1 === 0 && f2 === 0 && f3 === 0 && f4 === 0 && f5 === 0 && f6 === 0 && f7 === 0) {
    const flat = C4 * f0;
    v[at] = v[i1] = v[i2] = v[i3] = v[i4] = v[i5] = v[i6] = v[i7] = flat;
    return;
  }
  const e0 = C4 * (f0 + f4),
    e1 = C4 * (f0 - f4),
    e2 = C2 * f2 + C6 * f6,
    e3 = C6 * f2 - C2 * f6;
  const s0 = e0 + e2,
    s3 = e0 - e2,
    s1 = e1 + e3,
    s2 = e1 - e3;
  const d0 = C1 * f1 + C3 * f3 + C5 * f5 + C7 * f7;
  const d1 = C3 * f1 - C7 * f3 - C1 * f5 - C5 * f7;
  const d2 = C5 * f1 - C1 * f3 + C7 * f5 + C3 * f7;
  const d3 = C7 * f1 - C5 * f3 + C3 * f5 - C1 * f7;
  v[at] = s0 + d0;
  v[i1] = s1 + d1;
  v[i2] = s2 + d2;
  v[i3] = s3 + d3;
  v[i4] = s3 - d3;
  v[i5] = s2 - d2;
  v[i6] = s1 - d1;
  v[i7] = s0 - d0;
}

/** Twice the size, weights 9/16, 3/16, 3/16, 1/16 around each new sample. `line` is room for one row of samples. */
function upsample(from: Plane, line: Float32Array, out: Float32Array): void {
  const width = line.length;
  const wide = width * 2;
  const height = out.length / wide / 2;
  for (let y = 0; y < height * 2; y++) {
    const near = (y >> 1) * from.stride;
    const far = Math.max(0, Math.min(height - 1, (y >> 1) + (y & 1 ? 1 : -1))) * from.stride;
    for (let x = 0; x < width; x++) line[x] = 3 * from.data[near + x]! + from.data[far + x]!;
    for (let x = 0; x < width; x++) {
      const here = 3 * line[x]!;
      out[y * wide + 2 * x] = round((here + line[x > 0 ? x - 1 : 0]!) / 16);
      out[y * wide + 2 * x + 1] = round((here + line[x < width - 1 ? x + 1 : x]!) / 16);
    }
  }
}

function scaled(base: readonly number[], quality: number): Float32Array {
  const percent = quality < 50 ? 5000 / quality : 200 - quality * 2;
  return Float32Array.from(base, (value) => Math.max(1, Math.min(255, Math.floor((value * percent + 50) / 100))));
}

const LUMA: readonly number[] = [
  16, 11, 10, 16, 24, 40, 51, 61, 12, 12, 14, 19, 26, 58, 60, 55, 14, 13, 16, 24, 40, 57, 69, 56, 14, 17, 22, 29, 51, 87, 80, 62, 18, 22,
  37, 56, 68, 109, 103, 77, 24, 35, 55, 64, 81, 104, 113, 92, 49, 64, 78, 87, 103, 121, 120, 101, 72, 92, 95, 98, 112, 100, 103, 99,
];
const CHROMA: readonly number[] = [
  17, 18, 24, 47, 99, 99, 99, 99, 18, 21, 26, 66, 99, 99, 99, 99, 24, 26, 56, 99, 99, 99, 99, 99, 47, 66, 99, 99, 99, 99, 99, 99, 99, 99,
  99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99,
];
