import type { Image } from '@verilens/core';
import { checkImage, createImage, createPlane, type FloatImage, type Plane } from './image.ts';

/** Rec. 601 luma, 0..255: 0.299 R + 0.587 G + 0.114 B (what JPEG and most grey models use). */
export function luminance(image: Image, out?: Float32Array): Plane {
  checkImage(image, 'vision.luminance');
  const { data, width, height } = image;
  const plane = out === undefined ? createPlane(width, height).data : out;
  for (let i = 0, p = 0; p < data.length; i++, p += 4) plane[i] = 0.299 * data[p]! + 0.587 * data[p + 1]! + 0.114 * data[p + 2]!;
  return { data: plane, width, height };
}

/** A plane 0..255 as an opaque grey picture; values are rounded and cut. */
export function grayImage(plane: Plane): Image {
  const out = createImage(plane.width, plane.height);
  for (let i = 0, o = 0; i < plane.data.length; i++, o += 4) {
    const v = Math.min(255, Math.max(0, plane.data[i]! + 0.5)) | 0;
    out.data[o] = out.data[o + 1] = out.data[o + 2] = v;
    out.data[o + 3] = 255;
  }
  return out;
}

/** Full-range JPEG (JFIF, Rec. 601) YCbCr: interleaved Y, Cb, Cr floats, 0..255, chroma centred at 128. */
export function rgbToYCbCr(image: Image): FloatImage {
  checkImage(image, 'vision.rgbToYCbCr');
  const { data, width, height } = image;
  const out = new Float32Array(width * height * 3);
  for (let p = 0, o = 0; p < data.length; p += 4, o += 3) {
    const r = data[p]!;
    const g = data[p + 1]!;
    const b = data[p + 2]!;
    out[o] = 0.299 * r + 0.587 * g + 0.114 * b;
    out[o + 1] = 128 - 0.168735892 * r - 0.331264108 * g + 0.5 * b;
    out[o + 2] = 128 + 0.5 * r - 0.418687589 * g - 0.081312411 * b;
  }
  return { data: out, width, height };
}

/** Inverse of `rgbToYCbCr`; opaque. */
export function yCbCrToRgb(ycc: FloatImage): Image {
  const out = createImage(ycc.width, ycc.height);
  const { data } = ycc;
  for (let p = 0, o = 0; p < data.length; p += 3, o += 4) {
    const y = data[p]!;
    const cb = data[p + 1]! - 128;
    const cr = data[p + 2]! - 128;
    out.data[o] = y + 1.402 * cr;
    out.data[o + 1] = y - 0.344136286 * cb - 0.714136286 * cr;
    out.data[o + 2] = y + 1.772 * cb;
    out.data[o + 3] = 255;
  }
  return out;
}

/** Lays the picture over an opaque background: c = a * c + (1 - a) * background. */
export function flattenAlpha(image: Image, background: readonly [number, number, number] = [255, 255, 255]): Image {
  checkImage(image, 'vision.flattenAlpha');
  const out = createImage(image.width, image.height);
  for (let p = 0; p < image.data.length; p += 4) {
    const a = image.data[p + 3]! / 255;
    for (let k = 0; k < 3; k++) out.data[p + k] = image.data[p + k]! * a + background[k]! * (1 - a);
    out.data[p + 3] = 255;
  }
  return out;
}

/** Interleaved RGB floats 0..255 as an opaque picture; values are rounded and cut. */
export function imageFromFloat(rgb: FloatImage, out?: Image): Image {
  const target = out ?? createImage(rgb.width, rgb.height);
  for (let p = 0, o = 0; p < rgb.data.length; p += 3, o += 4) {
    for (let k = 0; k < 3; k++) target.data[o + k] = Math.min(255, Math.max(0, rgb.data[p + k]! + 0.5)) | 0;
    target.data[o + 3] = 255;
  }
  return target;
}

/** Drops alpha: interleaved RGB floats 0..255. */
export function imageToFloat(image: Image, out?: Float32Array): FloatImage {
  checkImage(image, 'vision.imageToFloat');
  const data = out ?? new Float32Array(image.width * image.height * 3);
  for (let p = 0, o = 0; p < image.data.length; p += 4, o += 3) {
    data[o] = image.data[p]!;
    data[o + 1] = image.data[p + 1]!;
    data[o + 2] = image.data[p + 2]!;
  }
  return { data, width: image.width, height: image.height };
}
