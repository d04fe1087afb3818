import type { Image } from '@verilens/core';
import { random } from '@verilens/nn';
import { greyImage, drawShape, SHAPES, SIDE } from './shapes.ts';

const INKS: readonly (readonly [name: string, red: number, green: number, blue: number])[] = [
  ['red', 220, 60, 50],
  ['green', 60, 170, 90],
  ['blue', 60, 110, 220],
];

/** A drawn class is a shape in a colour: fifteen of them, then the same again. */
export function drawnClassName(number: number): string {
  return `${inkOf(number)[0]} ${SHAPES[number % SHAPES.length]!}`;
}

/** Picture `index` of a drawn class: somewhere else, turned and lit anew each time. */
export function drawnPicture(number: number, index: number): Image {
  const pixels = new Float32Array(SIDE * SIDE);
  const draw = random(index, 'drawn class', number);
  drawShape(number % SHAPES.length, draw, pixels, 0);
  const image = greyImage(pixels);
  const [, ...ink] = inkOf(number);
  for (let i = 0; i < SIDE * SIDE; i++)
    for (let c = 0; c < 3; c++) image.data[4 * i + c] = (image.data[4 * i + c]! * (128 + ink[c]!)) / 383;
  return image;
}

function inkOf(number: number): (typeof INKS)[number] {
  return INKS[(number + Math.floor(number / SHAPES.length)) % INKS.length]!;
}
