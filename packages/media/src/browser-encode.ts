import { VerilensError, type Image } from '@verilens/core';
import { flattenAlpha } from '@verilens/vision';

export interface EncodeOptions {
  /** 1..100. Defaults: JPEG 90, WebP 90. */
  readonly quality?: number;
}

/** Encodes losslessly; where alpha is between 0 and 255 the canvas may round colours by a level. */
export function encodePng(image: Image): Promise<Uint8Array> {
  return encode(image, 'image/png', undefined);
}

/** Transparent pixels are laid over white. */
export function encodeJpeg(image: Image, { quality = 90 }: EncodeOptions = {}): Promise<Uint8Array> {
  return encode(flattenAlpha(image), 'image/jpeg', quality);
}

export function encodeWebp(image: Image, { quality = 90 }: EncodeOptions = {}): Promise<Uint8Array> {
  return encode(image, 'image/webp', quality);
}

/** What is left of a picture after saving it as JPEG. */
export async function jpegRoundTrip(image: Image, quality: number): Promise<Image> {
  return decoded(await encodeJpeg(image, { quality }), 'image/jpeg', image);
}

/** What is left of a picture after saving it as WebP. */
export async function webpRoundTrip(image: Image, quality: number): Promise<Image> {
  return decoded(await encodeWebp(image, { quality }), 'image/webp', image);
}

async function decoded(bytes: Uint8Array, type: string, image: Image): Promise<Image> {
  const bitmap = await createImageBitmap(new Blob([bytes as Uint8Array<ArrayBuffer>], { type }));
  const context = context2d(image.width, image.height);
  context.drawImage(bitmap, 0, 0);
  bitmap.close();
  return { data: context.getImageData(0, 0, image.width, image.height).data, width: image.width, height: image.height };
}

async function encode(image: Image, type: string, quality: number | undefined): Promise<Uint8Array> {
  if (quality !== undefined && !(quality >= 1 && quality <= 100))
    throw new VerilensError('BAD_OPTION', 'quality is out of range', { place: 'media encode', expected: '1..100', got: `${quality}` });
  const context = context2d(image.width, image.height);
  context.putImageData(new ImageData(new Uint8ClampedArray(image.data), image.width, image.height), 0, 0);
  const blob = await context.canvas.convertToBlob({ type, quality: quality === undefined ? undefined : quality / 100 });
  if (blob.type !== type)
    throw new VerilensError('UNSUPPORTED', 'this browser does not encode the format', {
      place: 'media encode',
      expected: type,
      got: blob.type,
    });
  return new Uint8Array(await blob.arrayBuffer());
}

function context2d(width: number, height: number): OffscreenCanvasRenderingContext2D {
  const context = new OffscreenCanvas(width, height).getContext('2d', { willReadFrequently: true });
  if (context === null) throw new VerilensError('UNSUPPORTED', 'there is no 2-d canvas here', { place: 'media encode' });
  return context;
}
