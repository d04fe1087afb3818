import { VerilensError, type Image } from '@verilens/core';
import type { Orientation } from '@verilens/vision';
import type { ByteSource } from './byte-source.ts';
import { DEFAULT_MAX_PIXELS } from './container.ts';
import type { DecodedImage } from './platform.ts';
import type { ImageHeader } from './sniff.ts';
import type { OpenMediaOptions } from './types.ts';

type Sharp = (typeof import('sharp'))['default'];

/** Loaded at first use: it brings a native library, which bundlers for servers cannot pack. */
export async function loadSharp(): Promise<Sharp> {
  const { default: sharp } = await import(/* @vite-ignore */ /* webpackIgnore: true */ /* turbopackIgnore: true */ 'sharp');
  // libvips caches opened files; a server that decodes many strangers' files gains nothing from that.
  sharp.cache(false);
  return sharp;
}

/** 8-bit sRGB RGBA, upright: 16 bit, grey, palette and CMYK are converted, EXIF orientation is applied once. First frame of animations. */
export async function decodeWithSharp(source: ByteSource, header: ImageHeader, options: OpenMediaOptions): Promise<DecodedImage> {
  const place = `media ${source.name}`;
  const sharp = await loadSharp();
  const limit = options.maxPixels ?? DEFAULT_MAX_PIXELS;
  const bytes = await source.bytes(options.maxImageBytes ?? Infinity);
  try {
    const metadata = await sharp(bytes, { limitInputPixels: false, failOn: 'error' }).metadata();
    if (metadata.width * metadata.height > limit) {
      throw new VerilensError('TOO_LARGE', 'the picture is too large', {
        place,
        expected: `at most ${limit} pixels`,
        got: `${metadata.width} x ${metadata.height}`,
        remedy: 'Raise maxPixels if the file is trusted.',
      });
    }
    let pipeline = sharp(bytes, { limitInputPixels: limit, failOn: 'error', sequentialRead: true }).autoOrient().toColourspace('srgb');
    const background = options.background ?? [255, 255, 255];
    if (background !== 'keep' && metadata.hasAlpha)
      pipeline = pipeline.flatten({ background: { r: background[0], g: background[1], b: background[2] } });
    const { data, info } = await pipeline.ensureAlpha().raw({ depth: 'uchar' }).toBuffer({ resolveWithObject: true });
    if (info.channels !== 4) throw new Error(`${info.channels} channels after conversion`);
    const orientation =
      metadata.orientation !== undefined && metadata.orientation >= 1 && metadata.orientation <= 8
        ? (metadata.orientation as Orientation)
        : 1;
    return {
      image: { data: new Uint8ClampedArray(data.buffer, data.byteOffset, data.length), width: info.width, height: info.height },
      orientation,
    };
  } catch (error) {
    if (error instanceof VerilensError) throw error;
    throw new VerilensError('BAD_INPUT', `the ${header.format.toUpperCase()} cannot be decoded`, {
      place,
      expected: 'a whole, sound file',
      got: error instanceof Error ? error.message.replaceAll(/\s+/g, ' ').trim() : String(error),
      cause: error,
    });
  }
}

/**
 * A drawing of your own, as pixels: transparent where nothing is drawn. `openMedia` refuses SVG, for its size is no property of
 * the file and strangers' drawings can be made to take any time.
 *
 * @throws VerilensError BAD_INPUT for what is no SVG
 */
export async function renderSvg(svg: Uint8Array, width: number, height: number): Promise<Image> {
  const sharp = await loadSharp();
  try {
    const { data } = await sharp(svg, { density: 72 })
      .resize(width, height, { fit: 'contain', background: { r: 0, g: 0, b: 0, alpha: 0 } })
      .ensureAlpha()
      .raw()
      .toBuffer({ resolveWithObject: true });
    return { data: new Uint8ClampedArray(data.buffer, data.byteOffset, data.length), width, height };
  } catch (cause) {
    throw new VerilensError('BAD_INPUT', 'the SVG cannot be drawn', {
      place: 'media renderSvg',
      expected: 'a whole, sound SVG file',
      got: cause instanceof Error ? cause.message.replaceAll(/\s+/g, ' ').trim() : String(cause),
      cause,
    });
  }
}

export interface EncodeOptions {
  /** 1..100. Defaults: JPEG 90, WebP 90. */
  readonly quality?: number;
}

/** Encodes losslessly, alpha included. */
export async function encodePng(image: Image): Promise<Uint8Array> {
  return new Uint8Array(await (await raw(image)).png().toBuffer());
}

/** Baseline JPEG with 4:2:0 chroma below quality 90 and 4:4:4 from 90 on. Transparent pixels are laid over white. */
export async function encodeJpeg(image: Image, { quality = 90 }: EncodeOptions = {}): Promise<Uint8Array> {
  checkQuality(quality);
  return new Uint8Array(
    await (
      await raw(image)
    )
      .flatten({ background: '#fff' })
      .jpeg({ quality, chromaSubsampling: quality >= 90 ? '4:4:4' : '4:2:0' })
      .toBuffer(),
  );
}

/** quality 100 is lossless. */
export async function encodeWebp(image: Image, { quality = 90 }: EncodeOptions = {}): Promise<Uint8Array> {
  checkQuality(quality);
  return new Uint8Array(await (await raw(image)).webp({ quality, lossless: quality === 100 }).toBuffer());
}

/** What is left of a picture after saving it as JPEG: for augmentation and forged twins. */
export async function jpegRoundTrip(image: Image, quality: number): Promise<Image> {
  return decoded(await encodeJpeg(image, { quality }));
}

/** What is left of a picture after saving it as WebP. */
export async function webpRoundTrip(image: Image, quality: number): Promise<Image> {
  return decoded(await encodeWebp(image, { quality }));
}

async function decoded(bytes: Uint8Array): Promise<Image> {
  const sharp = await loadSharp();
  const { data, info } = await sharp(bytes).ensureAlpha().raw().toBuffer({ resolveWithObject: true });
  return { data: new Uint8ClampedArray(data.buffer, data.byteOffset, data.length), width: info.width, height: info.height };
}

async function raw(image: Image): Promise<ReturnType<Sharp>> {
  const sharp = await loadSharp();
  return sharp(image.data as Uint8Array, { raw: { width: image.width, height: image.height, channels: 4 } });
}

function checkQuality(quality: number): void {
  if (!(quality >= 1 && quality <= 100))
    throw new VerilensError('BAD_OPTION', 'quality is out of range', { place: 'media encode', expected: '1..100', got: `${quality}` });
}
