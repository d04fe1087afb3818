import { VerilensError, type Box, type Image } from '@verilens/core';
import { checkImage, createImage } from './image.ts';

/**
 * The part of the picture under a box, rounded to whole pixels and cut to the picture.
 * @throws VerilensError BAD_INPUT when nothing is left.
 */
export function crop(image: Image, box: Box): Image {
  const place = 'vision.crop';
  checkImage(image, place);
  const x0 = Math.max(0, Math.round(box.x));
  const y0 = Math.max(0, Math.round(box.y));
  const width = Math.min(image.width, Math.round(box.x + box.width)) - x0;
  const height = Math.min(image.height, Math.round(box.y + box.height)) - y0;
  if (!(width > 0 && height > 0)) {
    throw new VerilensError('BAD_INPUT', 'the box lies outside the picture', {
      place,
      expected: `a box within ${image.width} x ${image.height}`,
      got: `${box.x}, ${box.y}, ${box.width} x ${box.height}`,
    });
  }
  const out = createImage(width, height);
  for (let y = 0; y < height; y++) {
    const start = ((y0 + y) * image.width + x0) * 4;
    out.data.set(image.data.subarray(start, start + width * 4), y * width * 4);
  }
  return out;
}

export function flipHorizontal(image: Image): Image {
  return orient(image, 2);
}

export function flipVertical(image: Image): Image {
  return orient(image, 4);
}

/** Turns clockwise by `quarters` * 90 degrees (negative: anticlockwise). */
export function rotate90(image: Image, quarters: number = 1): Image {
  const turn = ((quarters % 4) + 4) % 4;
  if (!Number.isInteger(turn))
    throw new VerilensError('BAD_OPTION', 'a turn is a whole number of quarters', { place: 'vision.rotate90', got: `${quarters}` });
  return orient(image, ([1, 6, 3, 8] as const)[turn]!);
}

/** EXIF orientation, 1..8 (TIFF tag 274): which turn or mirroring shows the stored pixels upright. */
export type Orientation = 1 | 2 | 3 | 4 | 5 | 6 | 7 | 8;

/** Brings stored pixels upright: 1 nothing, 2 mirror, 3 half turn, 4 flip, 5 transpose, 6 clockwise, 7 anti-transpose, 8 anticlockwise. */
export function orient(image: Image, orientation: Orientation): Image {
  const place = 'vision.orient';
  checkImage(image, place);
  const { width: w, height: h } = image;
  // Source index of target (x, y) = start + x * stepX + y * stepY, in pixels.
  const route: readonly [start: number, stepX: number, stepY: number] | undefined = (
    [
      undefined,
      [0, 1, w],
      [w - 1, -1, w],
      [w * h - 1, -1, -w],
      [w * (h - 1), 1, -w],
      [0, w, 1],
      [w * (h - 1), -w, 1],
      [w * h - 1, -w, -1],
      [w - 1, w, -1],
    ] as const
  )[orientation];
  if (route === undefined) throw new VerilensError('BAD_OPTION', 'no such orientation', { place, expected: '1..8', got: `${orientation}` });
  const out = orientation >= 5 ? createImage(h, w) : createImage(w, h);
  const [start, stepX, stepY] = route;
  // 32-bit moves need a 4-byte aligned source; copies of sub-arrays may not be.
  const source = image.data.byteOffset % 4 === 0 ? image.data : image.data.slice();
  const from = new Uint32Array(source.buffer, source.byteOffset, w * h);
  const to = new Uint32Array(out.data.buffer);
  let o = 0;
  for (let y = 0; y < out.height; y++) {
    for (let x = 0, p = start + y * stepY; x < out.width; x++, p += stepX) to[o++] = from[p]!;
  }
  return out;
}
