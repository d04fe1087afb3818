import type { Image } from '@verilens/core';

/** Small crops and heat maps without loss, whole pictures as JPEG: a report stays small enough to send. */
export async function encodeImage(image: Image): Promise<Uint8Array> {
  const { encodeJpeg, encodePng } = await import('@verilens/media');
  return image.width * image.height <= 256 * 256 ? encodePng(image) : encodeJpeg(image, { quality: 82 });
}
