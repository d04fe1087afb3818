import { type Image, VerilensError, type VideoFrame } from '@verilens/core';
import type { Preview } from '../protocol.ts';

let canvas: OffscreenCanvas | undefined;

/** RGBA of a bitmap, which is closed. */
export function pixelsOf(bitmap: ImageBitmap): Image {
  const { width, height } = bitmap;
  if (canvas === undefined || canvas.width !== width || canvas.height !== height) canvas = new OffscreenCanvas(width, height);
  const context = canvas.getContext('2d', { willReadFrequently: true });
  if (context === null) throw new VerilensError('UNSUPPORTED', 'there is no 2-d canvas here', { place: 'page frames' });
  context.drawImage(bitmap, 0, 0);
  bitmap.close();
  return { data: context.getImageData(0, 0, width, height).data, width, height };
}

/** A bitmap of an image, no wider or higher than `longest` pixels. */
export async function bitmapOf(image: Image, longest: number = Infinity): Promise<ImageBitmap> {
  const scale = Math.min(1, longest / Math.max(image.width, image.height));
  const pixels = new ImageData(new Uint8ClampedArray(image.data), image.width, image.height);
  if (scale === 1) return createImageBitmap(pixels);
  return createImageBitmap(pixels, {
    resizeWidth: Math.max(1, Math.round(image.width * scale)),
    resizeHeight: Math.max(1, Math.round(image.height * scale)),
    resizeQuality: 'low',
  });
}

/** A frame as the page shows it, no wider or higher than `longest` pixels. */
export async function previewOf({ image, timestampMs }: VideoFrame, longest: number): Promise<Preview> {
  return { bitmap: await bitmapOf(image, longest), timestampMs, width: image.width, height: image.height };
}
