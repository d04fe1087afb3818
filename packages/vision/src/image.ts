import { VerilensError, type Image } from '@verilens/core';

/** One channel of floats, row by row. Masks hold 0..1, luminance and blurred channels 0..255. */
export interface Plane {
  /** length = width * height */
  readonly data: Float32Array;
  readonly width: number;
  readonly height: number;
}

/** Interleaved RGB floats 0..255, row by row: what `warpAffineFloat` gives. */
export interface FloatImage {
  /** length = width * height * 3 */
  readonly data: Float32Array;
  readonly width: number;
  readonly height: number;
}

/** RGBA 0..255. */
export type Colour = readonly [r: number, g: number, b: number, a?: number];

/** A new picture, transparent black or of one colour. */
export function createImage(width: number, height: number, colour?: Colour): Image {
  checkSize(width, height, 'vision.createImage');
  const data = new Uint8ClampedArray(width * height * 4);
  if (colour !== undefined) {
    const [r, g, b, a = 255] = colour;
    for (let i = 0; i < data.length; i += 4) {
      data[i] = r;
      data[i + 1] = g;
      data[i + 2] = b;
      data[i + 3] = a;
    }
  }
  return { data, width, height };
}

export function cloneImage(image: Image): Image {
  return { data: image.data.slice(), width: image.width, height: image.height };
}

export function createPlane(width: number, height: number): Plane {
  checkSize(width, height, 'vision.createPlane');
  return { data: new Float32Array(width * height), width, height };
}

/** Throws BAD_INPUT unless the picture's data have the length its size says. */
export function checkImage(image: Image, place: string): void {
  checkSize(image.width, image.height, place);
  const wanted = image.width * image.height * 4;
  if (image.data.length !== wanted) {
    throw new VerilensError('BAD_INPUT', 'the picture and its size disagree', {
      place,
      expected: `${wanted} bytes (${image.width} x ${image.height} RGBA)`,
      got: `${image.data.length}`,
    });
  }
}

/** Throws BAD_INPUT unless both sides are whole numbers from 1 up. */
export function checkSize(width: number, height: number, place: string): void {
  if (!(Number.isInteger(width) && Number.isInteger(height) && width > 0 && height > 0)) {
    throw new VerilensError('BAD_INPUT', 'a picture needs whole, positive sides', {
      place,
      expected: 'width and height of at least 1',
      got: `${width} x ${height}`,
    });
  }
}

/** The buffer to write into: the caller's when it has the right size, else a new one. */
export function outputImage(out: Image | undefined, width: number, height: number, place: string): Image {
  if (out === undefined) return createImage(width, height);
  if (out.width !== width || out.height !== height || out.data.length !== width * height * 4) {
    throw new VerilensError('BAD_INPUT', 'the out picture has another size', {
      place,
      expected: `${width} x ${height}`,
      got: `${out.width} x ${out.height}`,
    });
  }
  return out;
}
