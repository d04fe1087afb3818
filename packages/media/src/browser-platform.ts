import { VerilensError } from '@verilens/core';
import { flattenAlpha, type Orientation } from '@verilens/vision';
import { urlSource, type ByteSource } from './byte-source.ts';
import type { Codecs, DecodedImage, Platform } from './platform.ts';
import type { ImageHeader } from './sniff.ts';
import type { OpenMediaOptions } from './types.ts';

/** URLs, the browser's own picture decoder and its WebCodecs. */
export const browserPlatform: Platform = {
  imageDecoder: 'browser',
  codecsRemedy: 'Use a browser with the WebCodecs API on a page served over HTTPS.',
  open: (source, signal) => urlSource(source instanceof URL ? source : new URL(source, globalThis.location?.href), signal),
  decodeImage,
  codecs: browserCodecs,
};

export async function browserCodecs(): Promise<Codecs | undefined> {
  if (typeof VideoDecoder === 'undefined') return undefined;
  return { VideoDecoder, EncodedVideoChunk, VideoEncoder, VideoFrame, stampsInDecodeOrder: false };
}

/** 8-bit sRGB RGBA, upright. The size was read from the header before; formats whose header is not read are refused. */
async function decodeImage(source: ByteSource, header: ImageHeader, options: OpenMediaOptions): Promise<DecodedImage> {
  const place = `media ${source.name}`;
  if (header.width === 0) {
    throw new VerilensError('UNSUPPORTED', `${header.format.toUpperCase()} is not read in browsers here`, {
      place,
      expected: 'JPEG, PNG, WebP or GIF',
      got: header.format,
      remedy: 'Convert it to JPEG or PNG first.',
    });
  }
  const bytes = await source.bytes(options.maxImageBytes ?? Infinity);
  let bitmap: ImageBitmap;
  try {
    // Browsers turn pictures by their orientation tag; alpha is kept apart so that nothing is rounded twice.
    bitmap = await createImageBitmap(new Blob([bytes as Uint8Array<ArrayBuffer>], { type: `image/${header.format}` }), {
      imageOrientation: 'from-image',
      premultiplyAlpha: 'none',
      colorSpaceConversion: 'default',
    });
  } catch (cause) {
    throw new VerilensError('BAD_INPUT', `the ${header.format.toUpperCase()} cannot be decoded`, {
      place,
      expected: 'a whole, sound file',
      got: cause instanceof Error ? cause.message : String(cause),
      cause,
    });
  }
  try {
    const { width, height } = bitmap;
    const canvas = new OffscreenCanvas(width, height);
    const context = canvas.getContext('2d', { willReadFrequently: true });
    if (context === null) throw new VerilensError('UNSUPPORTED', 'there is no 2-d canvas here', { place });
    context.drawImage(bitmap, 0, 0);
    const pixels = context.getImageData(0, 0, width, height);
    const image = { data: pixels.data, width, height };
    const background = options.background ?? [255, 255, 255];
    return {
      image: background === 'keep' || header.format === 'jpeg' ? image : flattenAlpha(image, background),
      orientation: header.orientation satisfies Orientation,
    };
  } finally {
    bitmap.close();
  }
}
