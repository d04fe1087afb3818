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
    throw new VerilensError('BAD_OPTION', 'JPEG quality out of range', { place: 'data/forge/jpeg', expected: '1..100', got: String(quality) });
  }
  if (rgb.length !== width * height * 3) {
    throw new VerilensError('BAD_SHAPE', 'not an RGB picture', { place: 'data/forge/jpeg', expected: `${width * height * 3} bytes`, got: String(rgb.length) });
  }
  const chromaWidth = (width + 1) >> 1;
  const chromaHeight = (height + 1) >> 1;
  const y = plane(width, height);
  const cb = plane(chromaWidth, chromaHeight);
  const cr = plane(chromaWidth, chromaHeight);
  split(rgb, width, height, y, cb, cr);
  quantise(y, scaled(LUMA, quality));
  const chroma = scaled(CHROMA, quality);
  quantise(cb, chroma);
  quantise(cr, chroma);
  join(rgb, width, height, y, upsample(cb, chromaWidth, chromaHeight), upsample(cr, chromaWidth, chromaHeight), chromaWidth * 2);
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
  const clampX = (x: number): number => Math.min(x, width - 1);
  for (let row = 0; row < y.rows; row++) {
    const line = Math.min(row, height - 1) * width;
    for (let x = 0; x < y.stride; x++) {
      const i = (line + clampX(x)) * 3;
      y.data[row * y.stride + x] = Math.round(0.299 * rgb[i]! + 0.587 * rgb[i + 1]! + 0.114 * rgb[i + 2]!) - 128;
    }
  }
  for (let row = 0; row < cb.rows; row++) {
    for (let x = 0; x < cb.stride; x++) {
      let r = 0;
      let g = 0;
      let b = 0;
      for (let k = 0; k < 4; k++) {
        const i = (Math.min(row * 2 + (k >> 1), height - 1) * width + clampX(x * 2 + (k & 1))) * 3;
        r += rgb[i]!;
        g += rgb[i + 1]!;
        b += rgb[i + 2]!;
      }
      const at = row * cb.stride + x;
      cb.data[at] = Math.round((-0.168736 * r - 0.331264 * g + 0.5 * b) / 4);
      cr.data[at] = Math.round((0.5 * r - 0.418688 * g - 0.081312 * b) / 4);
    }
  }
}

function join(rgb: Uint8Array | Uint8ClampedArray, width: number, height: number, y: Plane, cb: Float32Array, cr: Float32Array, stride: number): void {
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
  return value < 0 ? 0 : value > 255 ? 255 : Math.round(value);
}

// DCT[u * 8 + x] = c(u) / 2 * cos((2x + 1) u pi / 16)
const DCT: Float32Array = Float32Array.from({ length: 64 }, (_, i) => {
  const u = i >> 3;
  return (u === 0 ? Math.SQRT1_2 : 1) * 0.5 * Math.cos(((2 * (i & 7) + 1) * u * Math.PI) / 16);
});

function quantise(target: Plane, table: Float32Array): void {
  const block = new Float32Array(64);
  const half = new Float32Array(64);
  const { data, stride, rows } = target;
  for (let top = 0; top < rows; top += 8) {
    for (let left = 0; left < stride; left += 8) {
      // rows, then columns: F = D X D^T
      for (let r = 0; r < 8; r++) {
        const from = (top + r) * stride + left;
        const a = data[from]!, b = data[from + 1]!, c = data[from + 2]!, d = data[from + 3]!;
        const e = data[from + 4]!, f = data[from + 5]!, g = data[from + 6]!, h = data[from + 7]!;
        forward(half, r, a, b, c, d, e, f, g, h);
      }
      for (let u = 0; u < 8; u++) {
        const o = u * 8;
        forward(block, u, half[o]!, half[o + 1]!, half[o + 2]!, half[o + 3]!, half[o + 4]!, half[o + 5]!, half[o + 6]!, half[o + 7]!);
      }
      // block[v * 8 + u]: v vertical, u horizontal frequency
      for (let k = 0; k < 64; k++) block[k] = Math.round(block[k]! / table[k]!) * table[k]!;
      for (let v = 0; v < 8; v++) {
        const o = v * 8;
        inverse(half, v, block[o]!, block[o + 1]!, block[o + 2]!, block[o + 3]!, block[o + 4]!, block[o + 5]!, block[o + 6]!, block[o + 7]!);
      }
      for (let x = 0; x < 8; x++) {
        const o = x * 8;
        inverse(block, x, half[o]!, half[o + 1]!, half[o + 2]!, half[o + 3]!, half[o + 4]!, half[o + 5]!, half[o + 6]!, half[o + 7]!);
      }
      for (let r = 0; r < 8; r++) {
        const to = (top + r) * stride + left;
        for (let x = 0; x < 8; x++) {
          const value = Math.round(block[r * 8 + x]!);
          data[to + x] = value < -128 ? -128 : value > 127 ? 127 : value;
        }
      }
    }
  }
}

/** 8-point DCT of one line, written down column `line` of `out` (so two passes transpose twice). Even and odd halves apart. */
function forward(out: Float32Array, line: number, a: number, b: number, c: number, d: number, e: number, f: number, g: number, h: number): void {
  const s0 = a + h, s1 = b + g, s2 = c + f, s3 = d + e;
  const d0 = a - h, d1 = b - g, d2 = c - f, d3 = d - e;
  for (let u = 0; u < 8; u += 2) {
    const k = u * 8;
    out[k + line] = DCT[k]! * s0 + DCT[k + 1]! * s1 + DCT[k + 2]! * s2 + DCT[k + 3]! * s3;
    out[k + 8 + line] = DCT[k + 8]! * d0 + DCT[k + 9]! * d1 + DCT[k + 10]! * d2 + DCT[k + 11]! * d3;
  }
}

/** Back again, written down column `line` of `out`. */
function inverse(out: Float32Array, line: number, a: number, b: number, c: number, d: number, e: number, f: number, g: number, h: number): void {
  for (let x = 0; x < 4; x++) {
    const even = DCT[x]! * a + DCT[16 + x]! * c + DCT[32 + x]! * e + DCT[48 + x]! * g;
    const odd = DCT[8 + x]! * b + DCT[24 + x]! * d + DCT[40 + x]! * f + DCT[56 + x]! * h;
    out[x * 8 + line] = even + odd;
    out[(7 - x) * 8 + line] = even - odd;
  }
}

/** Twice the size, weights 9/16, 3/16, 3/16, 1/16 around each new sample. */
function upsample(from: Plane, width: number, height: number): Float32Array {
  const wide = width * 2;
  const out = new Float32Array(wide * height * 2);
  for (let y = 0; y < height * 2; y++) {
    const near = (y >> 1) * from.stride;
    const far = Math.max(0, Math.min(height - 1, (y >> 1) + (y & 1 ? 1 : -1))) * from.stride;
    for (let x = 0; x < width; x++) {
      const mixed = (at: number): number => 3 * from.data[near + at]! + from.data[far + at]!;
      const here = 3 * mixed(x);
      out[y * wide + 2 * x] = Math.round((here + mixed(x > 0 ? x - 1 : 0)) / 16);
      out[y * wide + 2 * x + 1] = Math.round((here + mixed(x < width - 1 ? x + 1 : x)) / 16);
    }
  }
  return out;
}

function scaled(base: readonly number[], quality: number): Float32Array {
  const percent = quality < 50 ? 5000 / quality : 200 - quality * 2;
  return Float32Array.from(base, (value) => Math.max(1, Math.min(255, Math.floor((value * percent + 50) / 100))));
}

const LUMA: readonly number[] = [
  16, 11, 10, 16, 24, 40, 51, 61, 12, 12, 14, 19, 26, 58, 60, 55, 14, 13, 16, 24, 40, 57, 69, 56, 14, 17, 22, 29, 51, 87, 80, 62,
  18, 22, 37, 56, 68, 109, 103, 77, 24, 35, 55, 64, 81, 104, 113, 92, 49, 64, 78, 87, 103, 121, 120, 101, 72, 92, 95, 98, 112, 100, 103, 99,
];
const CHROMA: readonly number[] = [
  17, 18, 24, 47, 99, 99, 99, 99, 18, 21, 26, 66, 99, 99, 99, 99, 24, 26, 56, 99, 99, 99, 99, 99, 47, 66, 99, 99, 99, 99, 99, 99,
  99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99,
];
