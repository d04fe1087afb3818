import type { Image } from '@verilens/core';
import { checkImage, resizeArea, resizeBilinear } from '@verilens/vision';
import { PLACE } from './config.ts';

/** Square pictures as networks take them. */
export interface Planes {
  readonly count: number;
  readonly channels: 1 | 3;
  readonly side: number;
  // [count, channels, side, side], 0..1
  readonly data: Float32Array;
}

export function planeSize({ channels, side }: Pick<Planes, 'channels' | 'side'>): number {
  return channels * side * side;
}

/**
 * Pictures stretched to a square: means over areas where they are larger, bilinear where they are smaller. One channel is
 * brightness (ITU-R BT.601). Alpha is left out. @throws VerilensError BAD_INPUT for a picture that does not add up
 */
export function planesOf(images: readonly Image[], side: number, channels: 1 | 3): Planes {
  const planes: Planes = { count: images.length, channels, side, data: new Float32Array(images.length * channels * side * side) };
  images.forEach((image, i) => writePlanes(image, planes, i));
  return planes;
}

function writePlanes(image: Image, { channels, side, data }: Planes, index: number): void {
  checkImage(image, PLACE);
  const fits = image.width === side && image.height === side;
  const larger = image.width > side || image.height > side;
  const { data: pixels } = fits ? image : larger ? resizeArea(image, side, side) : resizeBilinear(image, side, side);
  const from = index * channels * side * side;
  for (let i = 0; i < side * side; i++) {
    const [r, g, b] = [pixels[4 * i]!, pixels[4 * i + 1]!, pixels[4 * i + 2]!];
    if (channels === 1) data[from + i] = (0.299 * r + 0.587 * g + 0.114 * b) / 255;
    else [r, g, b].forEach((value, channel) => (data[from + channel * side * side + i] = value / 255));
  }
}

/** The planes at these places, in this order. */
export function pickPlanes(planes: Planes, places: ArrayLike<number>): Planes {
  const size = planeSize(planes);
  const data = new Float32Array(places.length * size);
  for (let i = 0; i < places.length; i++) data.set(planes.data.subarray(places[i]! * size, (places[i]! + 1) * size), i * size);
  return { ...planes, count: places.length, data };
}
