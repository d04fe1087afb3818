import type { Image } from '@verilens/core';
import { checkImage, resizeArea, resizeBilinear, toTensor } from '@verilens/vision';
import { PLACE } from './config.ts';

/** Pictures as the network sees them. */
export interface Planes {
  readonly count: number;
  readonly side: number;
  // [count, 3, side, side], RGB, 0..1
  readonly data: Float32Array;
}

export function planeSize(side: number): number {
  return 3 * side * side;
}

/** Stretches pictures to a square; what is transparent is laid on white. @throws VerilensError BAD_INPUT for a picture that does not add up */
export function planesOf(images: readonly Image[], side: number): Planes {
  const data = new Float32Array(images.length * planeSize(side));
  images.forEach((image, i) => {
    checkImage(image, PLACE);
    const opaque = onWhite(image);
    const smaller = image.width > side || image.height > side;
    const fitted =
      image.width === side && image.height === side
        ? opaque
        : smaller
          ? resizeArea(opaque, side, side)
          : resizeBilinear(opaque, side, side);
    toTensor(fitted, data, i * planeSize(side));
  });
  return { count: images.length, side, data };
}

/** One of them as a picture, for people to look at. */
export function imageAt({ data, side }: Planes, index: number): Image {
  const size = side * side;
  const pixels = new Uint8ClampedArray(size * 4);
  for (let i = 0; i < size; i++) {
    for (let c = 0; c < 3; c++) pixels[i * 4 + c] = data[index * 3 * size + c * size + i]! * 255;
    pixels[i * 4 + 3] = 255;
  }
  return { data: pixels, width: side, height: side };
}

/** The planes at these places, in this order. */
export function pickPlanes({ data, side }: Planes, places: ArrayLike<number>): Planes {
  const size = planeSize(side);
  const picked = new Float32Array(places.length * size);
  for (let i = 0; i < places.length; i++) picked.set(data.subarray(places[i]! * size, (places[i]! + 1) * size), i * size);
  return { count: places.length, side, data: picked };
}

export function joinPlanes(a: Planes, b: Planes): Planes {
  const data = new Float32Array(a.data.length + b.data.length);
  data.set(a.data);
  data.set(b.data, a.data.length);
  return { count: a.count + b.count, side: a.side, data };
}

function onWhite(image: Image): Image {
  const { data, width, height } = image;
  let clear = false;
  for (let i = 3; i < data.length && !clear; i += 4) clear = data[i] !== 255;
  if (!clear) return image;
  const out = new Uint8ClampedArray(data.length);
  for (let i = 0; i < data.length; i += 4) {
    const alpha = data[i + 3]! / 255;
    for (let c = 0; c < 3; c++) out[i + c] = data[i + c]! * alpha + 255 * (1 - alpha);
    out[i + 3] = 255;
  }
  return { data: out, width, height };
}
