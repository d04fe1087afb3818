import { VerilensError, type Affine, type Image } from '@verilens/core';
import { invertAffine } from './affine.ts';
import { checkImage } from './image.ts';
import { warpAffine, type Fill } from './warp.ts';

export interface ToTensorOptions {
  /** Divides the byte values first. Default 255: values 0..1. */
  readonly divide?: number;
  /** Taken away after the division, one per channel. Default 0. */
  readonly mean?: readonly [number, number, number];
  /** Divides after that. Default 1. */
  readonly std?: readonly [number, number, number];
  /** `chw`: planes R, G, B. `hwc`: interleaved. Default `chw`. */
  readonly layout?: 'chw' | 'hwc';
  readonly order?: 'rgb' | 'bgr';
}

/** Mean and deviation of ImageNet, for values 0..1. */
export const IMAGENET_MEAN: readonly [number, number, number] = [0.485, 0.456, 0.406];
export const IMAGENET_STD: readonly [number, number, number] = [0.229, 0.224, 0.225];

/**
 * Writes `(v / divide - mean) / std` into `out` from `offset` on: 3 * width * height floats, [3, H, W] or [H, W, 3].
 * Batches: call it with offset n * 3 * width * height. Alpha is left out.
 * @throws VerilensError BAD_SHAPE when `out` is too short.
 */
export function toTensor(image: Image, out: Float32Array, offset: number = 0, options: ToTensorOptions = {}): Float32Array {
  checkImage(image, 'vision.toTensor');
  const size = image.width * image.height;
  if (!(offset >= 0 && out.length >= offset + 3 * size)) {
    throw new VerilensError('BAD_SHAPE', 'the tensor is too short for the picture', {
      place: 'vision.toTensor',
      expected: `${3 * size} floats from ${offset}`,
      got: `${out.length}`,
    });
  }
  const { divide = 255, mean = [0, 0, 0], std = [1, 1, 1], layout = 'chw', order = 'rgb' } = options;
  const data = image.data;
  for (let k = 0; k < 3; k++) {
    const channel = order === 'rgb' ? k : 2 - k;
    const scale = 1 / (divide * std[k]!);
    const shift = -mean[k]! / std[k]!;
    if (layout === 'chw') {
      for (let i = 0, p = channel, o = offset + k * size; i < size; i++, p += 4, o++) out[o] = data[p]! * scale + shift;
    } else {
      for (let i = 0, p = channel, o = offset + k; i < size; i++, p += 4, o += 3) out[o] = data[p]! * scale + shift;
    }
  }
  return out;
}

export interface Letterbox {
  readonly image: Image;
  /** Source pixel -> target pixel (pixel centres). */
  readonly transform: Affine;
  /** Target pixel -> source pixel. */
  readonly inverse: Affine;
}

/** Fits the whole picture into width x height without distortion, centred; the bars get the fill. One bilinear interpolation. */
export function letterbox(
  image: Image,
  width: number,
  height: number,
  options: { readonly fill?: Fill; readonly out?: Image } = {},
): Letterbox {
  const scale = Math.min(width / image.width, height / image.height);
  const left = (width - image.width * scale) / 2;
  const top = (height - image.height * scale) / 2;
  const transform: Affine = [scale, 0, left + 0.5 * scale - 0.5, 0, scale, top + 0.5 * scale - 0.5];
  return { image: warpAffine(image, transform, width, height, options), transform, inverse: invertAffine(transform) };
}
