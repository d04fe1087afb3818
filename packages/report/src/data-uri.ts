import { type Image, VerilensError } from '@verilens/core';
import type { ImageEncoder } from './report-item.ts';

/**
 * An image as a `data:` URI, so that the page needs nothing outside itself.
 * @throws VerilensError BAD_INPUT when the encoder's answer is none of PNG, JPEG and WebP.
 */
export async function dataUri(image: Image, encode: ImageEncoder): Promise<string> {
  const bytes = await encode(image);
  return `data:${imageType(bytes)};base64,${base64(bytes)}`;
}

function imageType(bytes: Uint8Array): string {
  if (bytes[0] === 0x89 && bytes[1] === 0x50) return 'image/png';
  if (bytes[0] === 0xff && bytes[1] === 0xd8) return 'image/jpeg';
  if (bytes[0] === 0x52 && bytes[1] === 0x49 && bytes[8] === 0x57) return 'image/webp';
  throw new VerilensError('BAD_INPUT', 'the image encoder gave bytes of an unknown format', {
    place: 'report',
    expected: 'PNG, JPEG or WebP',
    got: [...bytes.subarray(0, 4)].map((byte) => byte.toString(16).padStart(2, '0')).join(' ') || 'nothing',
    remedy: 'Pass the image encoder of @verilens/media.',
  });
}

/** `btoa` takes strings of one byte a character; long ones are made in pieces to stay off the stack limit. */
function base64(bytes: Uint8Array): string {
  let text = '';
  for (let i = 0; i < bytes.length; i += 0x8000) text += String.fromCharCode(...bytes.subarray(i, i + 0x8000));
  return btoa(text);
}
