import { VerilensError } from '@verilens/core';
import type { Orientation } from '@verilens/vision';
import type { ByteSource } from './byte-source.ts';

export type ImageFormat = 'jpeg' | 'png' | 'webp' | 'gif' | 'tiff' | 'avif';
export type VideoFormat = 'mp4' | 'mov' | 'webm' | 'mkv' | 'avi' | 'mpegts' | 'flv' | 'asf' | 'mpeg' | 'ogg';
export type Format = ImageFormat | VideoFormat;

export interface ImageHeader {
  readonly format: ImageFormat;
  /** As stored, before orientation; 0 when this format's header is left to the decoder. */
  readonly width: number;
  readonly height: number;
  readonly orientation: Orientation;
}

const IMAGE_FORMATS: readonly string[] = ['jpeg', 'png', 'webp', 'gif', 'tiff', 'avif'];

export function isImageFormat(format: Format): format is ImageFormat {
  return IMAGE_FORMATS.includes(format);
}

/**
 * What the bytes are, whatever the file is called.
 * @throws VerilensError BAD_INPUT when empty or not media, UNSUPPORTED for known formats that are not read.
 */
export function sniff(source: ByteSource): Format {
  const place = `media ${source.name}`;
  const head = source.head;
  if (head.length === 0)
    throw new VerilensError('BAD_INPUT', 'the file is empty', { place, expected: 'a picture or a video', got: '0 bytes' });
  const text = (start: number, end: number): string => String.fromCharCode(...head.subarray(start, end));
  const starts = (...bytes: readonly number[]): boolean => bytes.every((byte, i) => head[i] === byte);
  if (starts(0xff, 0xd8, 0xff)) return 'jpeg';
  if (starts(0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a)) return 'png';
  if (text(0, 4) === 'RIFF' && text(8, 12) === 'WEBP') return 'webp';
  if (text(0, 4) === 'RIFF' && text(8, 12) === 'AVI ') return 'avi';
  if (text(0, 6) === 'GIF87a' || text(0, 6) === 'GIF89a') return 'gif';
  if (starts(0x49, 0x49, 0x2a, 0x00) || starts(0x4d, 0x4d, 0x00, 0x2a)) return 'tiff';
  if (starts(0x1a, 0x45, 0xdf, 0xa3)) return text(0, 64).includes('webm') ? 'webm' : 'mkv';
  if (text(4, 8) === 'ftyp') {
    const brand = text(8, 12);
    if (brand === 'avif' || brand === 'avis') return 'avif';
    if (['heic', 'heix', 'hevc', 'hevx', 'mif1', 'msf1'].includes(brand))
      throw unsupported(place, 'HEIC', 'Convert it to JPEG or PNG first.');
    return brand === 'qt  ' ? 'mov' : 'mp4';
  }
  // QuickTime files from before `ftyp` existed.
  if (['moov', 'mdat', 'wide', 'free', 'skip'].includes(text(4, 8))) return 'mov';
  if (text(0, 3) === 'FLV') return 'flv';
  if (text(0, 4) === 'OggS') return 'ogg';
  if (starts(0x30, 0x26, 0xb2, 0x75)) return 'asf';
  if (starts(0, 0, 1, 0xba)) return 'mpeg';
  if (head[0] === 0x47 && head[188] === 0x47 && head[376] === 0x47) return 'mpegts';
  if (text(0, 2) === 'BM' && head.length > 26) throw unsupported(place, 'BMP', 'Convert it to PNG first.');
  if (text(0, 4) === '%PDF') throw unsupported(place, 'PDF', 'Render its pages to PNG first.');
  const opening = text(0, 256).trimStart();
  if (opening.startsWith('<svg') || (opening.startsWith('<?xml') && text(0, 2048).includes('<svg')))
    throw unsupported(place, 'SVG', 'Render it to PNG first.');
  throw new VerilensError('BAD_INPUT', 'these bytes are not a picture or a video', {
    place,
    expected: 'JPEG, PNG, WebP, GIF, TIFF, AVIF, MP4, MOV, WebM or MKV',
    got: /^[\x09\x0a\x0d\x20-\x7e]{1,32}/.test(opening.slice(0, 32))
      ? `text beginning "${opening.slice(0, 24).replaceAll(/\s+/g, ' ')}"`
      : `bytes ${[...head.subarray(0, 8)].map((b) => b.toString(16).padStart(2, '0')).join(' ')}`,
    remedy: 'The extension is not looked at: check what the file holds.',
  });
}

/**
 * Size and orientation from the header alone, so that a lying header is refused before anything is decoded.
 * TIFF and AVIF are left to the decoder (width 0).
 */
export async function readImageHeader(source: ByteSource, format: ImageFormat): Promise<ImageHeader> {
  const place = `media ${source.name}`;
  const head = source.head;
  const view = new DataView(head.buffer, head.byteOffset, head.byteLength);
  const bad = (cause?: unknown): VerilensError =>
    new VerilensError('BAD_INPUT', `the ${format.toUpperCase()} header is cut off or damaged`, {
      place,
      got: `${source.size ?? head.length} bytes`,
      cause,
    });
  const checked = (width: number, height: number, orientation: Orientation = 1): ImageHeader => {
    if (!(width > 0 && height > 0)) throw bad();
    return { format, width, height, orientation };
  };
  try {
    switch (format) {
      case 'png':
        return checked(view.getUint32(16), view.getUint32(20));
      case 'gif':
        return checked(view.getUint16(6, true), view.getUint16(8, true));
      case 'webp':
        return webpHeader(view, checked);
      case 'jpeg':
        return await jpegHeader(source, checked, bad);
      default:
        return { format, width: 0, height: 0, orientation: 1 };
    }
  } catch (error) {
    throw error instanceof RangeError ? bad(error) : error;
  }
}

type Checked = (width: number, height: number, orientation?: Orientation) => ImageHeader;

function webpHeader(view: DataView, checked: Checked): ImageHeader {
  const kind = view.getUint32(12);
  if (kind === 0x56503858) return checked(1 + (view.getUint32(24, true) & 0xffffff), 1 + ((view.getUint32(26, true) >>> 8) & 0xffffff)); // VP8X: two 24-bit sizes less one
  if (kind === 0x5650384c) {
    const bits = view.getUint32(21, true); // VP8L: two 14-bit sizes less one
    return checked(1 + (bits & 0x3fff), 1 + ((bits >>> 14) & 0x3fff));
  }
  return checked(view.getUint16(26, true) & 0x3fff, view.getUint16(28, true) & 0x3fff); // VP8: key frame header
}

/** Hops from marker to marker until the frame header; embedded thumbnails and profiles are skipped, not read. */
async function jpegHeader(source: ByteSource, checked: Checked, bad: () => VerilensError): Promise<ImageHeader> {
  const at = async (start: number, length: number): Promise<DataView> => {
    const bytes = source.size === undefined ? source.head.subarray(start, start + length) : await source.read(start, start + length);
    if (bytes.length < length) throw bad();
    return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  };
  let orientation: Orientation = 1;
  let offset = 2;
  for (let hops = 0; hops < 2000; hops++) {
    const segment = await at(offset, 4);
    if (segment.getUint8(0) !== 0xff) throw bad();
    const marker = segment.getUint8(1);
    if (marker === 0xff) {
      offset++; // fill byte
      continue;
    }
    if (marker === 0x01 || (marker >= 0xd0 && marker <= 0xd8)) {
      offset += 2; // markers without a body
      continue;
    }
    const length = segment.getUint16(2);
    // SOF0..SOF15, but DHT, JPG and DAC share the range
    if (marker >= 0xc0 && marker <= 0xcf && marker !== 0xc4 && marker !== 0xc8 && marker !== 0xcc) {
      const frame = await at(offset + 5, 4);
      return checked(frame.getUint16(2), frame.getUint16(0), orientation);
    }
    if (marker === 0xda || marker === 0xd9 || length < 2) throw bad();
    if (marker === 0xe1 && orientation === 1) orientation = exifOrientation(await at(offset + 4, length - 2));
    offset += 2 + length;
  }
  throw bad();
}

/** TIFF tag 274 of the first directory of an `Exif` segment; 1 when there is none or it is damaged. */
export function exifOrientation(segment: DataView): Orientation {
  try {
    if (segment.getUint32(0) !== 0x45786966) return 1; // "Exif"
    const tiff = 6;
    const little = segment.getUint16(tiff) === 0x4949;
    const directory = tiff + segment.getUint32(tiff + 4, little);
    const entries = segment.getUint16(directory, little);
    for (let i = 0; i < entries; i++) {
      const entry = directory + 2 + 12 * i;
      if (segment.getUint16(entry, little) === 0x0112) {
        const value = segment.getUint16(entry + 8, little);
        return value >= 1 && value <= 8 ? (value as Orientation) : 1;
      }
    }
  } catch {
    // A damaged tag does not make the picture unreadable.
  }
  return 1;
}

function unsupported(place: string, what: string, remedy: string): VerilensError {
  return new VerilensError('UNSUPPORTED', `${what} is not read here`, {
    place,
    expected: 'JPEG, PNG, WebP, MP4 or WebM',
    got: what,
    remedy,
  });
}
