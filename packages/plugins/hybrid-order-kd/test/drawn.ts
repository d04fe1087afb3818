import type { Image } from '@verilens/core';
import type { PictureSet } from '@verilens/data';
import { random } from '@verilens/nn';

/** Light strokes on black, as digits are: 0 an upright bar, 1 a ring, 2 a cross, 3 a lying bar, 4 a disc, 5 two bars, 6 a corner, 7 a slope. */
export const SHAPES = 8;

/** 0..1 at a place; the shape is moved by dx, dy and a little larger or smaller. */
function light(shape: number, x: number, y: number, size: number): number {
  const [ax, ay, r] = [Math.abs(x), Math.abs(y), Math.hypot(x, y)];
  const inside = [
    ax < 2 && ay < size,
    r < size && r > size - 3,
    (ax < 1.5 || ay < 1.5) && ax < size && ay < size,
    ay < 2 && ax < size,
    r < 0.7 * size,
    Math.abs(ax - 5) < 1.5 && ay < size,
    (Math.abs(x + 6) < 1.5 || Math.abs(y - 6) < 1.5) && ax < size && ay < size,
    Math.abs(x - y) < 2.5 && ax < size && ay < size,
  ][shape];
  return inside === true ? 1 : 0;
}

/** [28 * 28], 0..255: shapes at random places and sizes, with noise. */
export function drawShape(shape: number, seed: number): Uint8Array {
  const draw = random(seed, 'shape', shape);
  const [dx, dy, size] = [6 * draw.uniform() - 3, 6 * draw.uniform() - 3, 8 + 3 * draw.uniform()];
  return Uint8Array.from({ length: 28 * 28 }, (_, i) => {
    const value = light(shape, (i % 28) - 13.5 - dx, Math.floor(i / 28) - 13.5 - dy, size);
    return Math.max(0, Math.min(255, Math.round(220 * value + 12 * draw.normal())));
  });
}

export function shapePicture(shape: number, seed: number): Image {
  const grey = drawShape(shape, seed);
  const data = Uint8ClampedArray.from({ length: 28 * 28 * 4 }, (_, i) => (i % 4 === 3 ? 255 : grey[i >> 2]!));
  return { data, width: 28, height: 28 };
}

/** Two pictures each of two shapes. */
export function drawnIdentities(): readonly (readonly [Image, Image])[] {
  return [1, 3].map((shape) => [shapePicture(shape, 0), shapePicture(shape, 1)] as const);
}

/** `count` pictures of each shape. */
export function drawnSet(count: number): PictureSet {
  const labels = Uint16Array.from({ length: SHAPES * count }, (_, i) => Math.floor(i / count));
  const pixels = new Uint8Array(labels.length * 28 * 28);
  labels.forEach((shape, i) => pixels.set(drawShape(shape, i), i * 28 * 28));
  return {
    name: 'drawn shapes',
    width: 28,
    height: 28,
    channels: 1,
    pixels,
    labels,
    classes: ['bar', 'ring', 'cross', 'lying bar', 'disc', 'two bars', 'corner', 'slope'],
  };
}
