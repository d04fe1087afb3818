import { VerilensError, type Image } from '@verilens/core';

/** Pictures to learn from: a `PictureSet` of `@verilens/data` is one. */
export interface TrainingPictures {
  readonly width: number;
  readonly height: number;
  readonly channels: 1 | 3;
  // [count, height, width, channels], 0..255
  readonly pixels: Uint8Array;
}

/** Pictures as the networks see them. */
export interface Planes {
  readonly count: number;
  readonly size: number;
  // [count, 3, size, size], RGB, -1..1
  readonly data: Float32Array;
}

export function planeSize(size: number): number {
  return 3 * size * size;
}

/** @throws VerilensError BAD_INPUT when they are not square pictures of this size */
export function planesOf(pictures: TrainingPictures, size: number): Planes {
  const { width, height, channels, pixels } = pictures;
  const each = width * height * channels;
  if (width !== size || height !== size || pixels.length === 0 || pixels.length % each !== 0) {
    throw new VerilensError('BAD_INPUT', 'pictures of another size', {
      place: 'generative',
      expected: `one or more pictures of ${size} x ${size}`,
      got: `${pixels.length} bytes of ${width} x ${height} x ${channels}`,
      remedy: 'Cut or reduce them first, or choose another size in the configuration.',
    });
  }
  const count = pixels.length / each;
  const area = size * size;
  const data = new Float32Array(count * 3 * area);
  for (let i = 0; i < count; i++) {
    for (let c = 0; c < 3; c++) {
      const from = i * each + Math.min(c, channels - 1);
      const to = (i * 3 + c) * area;
      for (let k = 0; k < area; k++) data[to + k] = pixels[from + k * channels]! / 127.5 - 1;
    }
  }
  return { count, size, data };
}

/** Rounded to bytes as a file would hold them: [count, size, size, 3], 0..255. */
export function bytesOf({ count, size, data }: Planes): TrainingPictures {
  const area = size * size;
  const pixels = new Uint8ClampedArray(count * area * 3);
  for (let i = 0; i < count; i++)
    for (let c = 0; c < 3; c++) for (let k = 0; k < area; k++) pixels[(i * area + k) * 3 + c] = (data[(i * 3 + c) * area + k]! + 1) * 127.5;
  return { width: size, height: size, channels: 3, pixels: new Uint8Array(pixels.buffer) };
}

/** For people to look at, and to save. */
export function imagesOf({ count, size, data }: Planes): Image[] {
  const area = size * size;
  return Array.from({ length: count }, (_, i) => {
    const rgba = new Uint8ClampedArray(area * 4).fill(255);
    for (let c = 0; c < 3; c++) for (let k = 0; k < area; k++) rgba[k * 4 + c] = (data[(i * 3 + c) * area + k]! + 1) * 127.5;
    return { data: rgba, width: size, height: size };
  });
}

/** The pictures at these places. */
export function pickPlanes({ size, data }: Planes, places: ArrayLike<number>): Planes {
  const each = planeSize(size);
  const picked = new Float32Array(places.length * each);
  for (let i = 0; i < places.length; i++) picked.set(data.subarray(places[i]! * each, (places[i]! + 1) * each), i * each);
  return { count: places.length, size, data: picked };
}
