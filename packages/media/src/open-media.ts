import { throwIfAborted, VerilensError, type Image, type MediaInput, type VideoFrame } from '@verilens/core';
import { blobSource, bytesSource, streamSource, type ByteSource } from './byte-source.ts';
import { DEFAULT_MAX_PIXELS, openContainer } from './container.ts';
import { openFrames, openPixels } from './given-frames.ts';
import type { LazyFrame, Opened } from './opened.ts';
import type { Platform } from './platform.ts';
import { checkSampling, sampleFrames } from './sampling.ts';
import { isImageFormat, readImageHeader, sniff, type ImageFormat } from './sniff.ts';
import type { FramesOptions, Media, OpenMedia, OpenMediaOptions } from './types.ts';

const DEFAULT_MAX_IMAGE_BYTES = 512 * 1024 * 1024;

/** `openMedia` for one platform. */
export function openMediaOn(platform: Platform): OpenMedia {
  return async (source, options = {}) => {
    throwIfAborted(options.signal, 'media');
    return asMedia(await open(source, platform, options), options.signal);
  };
}

async function open(source: MediaInput, platform: Platform, options: OpenMediaOptions): Promise<Opened> {
  const maxPixels = options.maxPixels ?? DEFAULT_MAX_PIXELS;
  if (!(maxPixels > 0)) throw new VerilensError('BAD_OPTION', 'maxPixels must be positive', { place: 'media', got: `${maxPixels}` });
  if (isImage(source)) return openPixels(source, maxPixels);
  if (isFrames(source)) return openFrames(source);
  const bytes = await byteSourceOf(source, platform, options.signal);
  try {
    const format = sniff(bytes);
    const opened = isImageFormat(format)
      ? await openPicture(bytes, format, platform, { ...options, maxPixels })
      : await openContainer(bytes, format, platform, { ...options, maxPixels });
    throwIfAborted(options.signal, 'media');
    return opened;
  } catch (error) {
    await bytes.close();
    throw error;
  }
}

async function byteSourceOf(source: MediaInput, platform: Platform, signal: AbortSignal | undefined): Promise<ByteSource> {
  if (typeof source === 'string' || source instanceof URL) return platform.open(source, signal);
  if (source instanceof Uint8Array) return bytesSource(source);
  if (typeof Blob !== 'undefined' && source instanceof Blob) return blobSource(source);
  if (typeof ReadableStream !== 'undefined' && source instanceof ReadableStream) return streamSource('stream', source);
  throw new VerilensError('BAD_INPUT', 'this is not something media can be read from', {
    place: 'media',
    expected: 'a path, URL, Uint8Array, Blob, ReadableStream, picture or async iterable of frames',
    got: source === null ? 'null' : typeof source,
  });
}

async function openPicture(
  source: ByteSource,
  format: ImageFormat,
  platform: Platform,
  options: OpenMediaOptions & { maxPixels: number },
): Promise<Opened> {
  const header = await readImageHeader(source, format);
  if (header.width * header.height > options.maxPixels) throw tooManyPixels(source.name, header.width, header.height, options.maxPixels);
  // Decoded at once: a picture that opens is a picture that can be read.
  const { image, orientation } = await platform.decodeImage(source, header, {
    ...options,
    maxImageBytes: options.maxImageBytes ?? DEFAULT_MAX_IMAGE_BYTES,
  });
  await source.close();
  return openPixels(image, options.maxPixels, { format, orientation, decoder: platform.imageDecoder });
}

export function tooManyPixels(name: string, width: number, height: number, limit: number): VerilensError {
  return new VerilensError('TOO_LARGE', 'the picture is too large', {
    place: `media ${name}`,
    expected: `at most ${limit} pixels`,
    got: `${width} x ${height} = ${width * height}`,
    remedy: 'Raise maxPixels if the file is trusted.',
  });
}

function asMedia(opened: Opened, outer: AbortSignal | undefined): Media {
  const place = 'media';
  let closed = false;
  const passes = new Set<AsyncGenerator<LazyFrame, void, undefined>>();
  const close = async (): Promise<void> => {
    if (closed) return;
    closed = true;
    await opened.close();
    // Ends passes that were left standing, so that their decoders go too.
    await Promise.allSettled([...passes].map((pass) => pass.return()));
  };
  async function* frames(options: FramesOptions): AsyncGenerator<VideoFrame, void, undefined> {
    const signal = joinSignals(outer, options.signal);
    if (closed) throw new VerilensError('DISPOSED', 'the media was closed', { place, remedy: 'Open it again.' });
    throwIfAborted(signal, place);
    const pass = sampleFrames(opened.frames(signal), opened.kind === 'image' ? 'all' : (options.sampling ?? 'all'));
    passes.add(pass);
    try {
      for await (const frame of pass) {
        if (closed || signal?.aborted) frame.release();
        throwIfAborted(signal, place);
        if (closed) break;
        yield shown(await frame.image(), frame);
      }
      if (closed) throw new VerilensError('DISPOSED', 'the media was closed while it was read', { place });
    } finally {
      passes.delete(pass);
    }
  }
  return {
    kind: opened.kind,
    info: opened.info,
    frames(options = {}) {
      checkSampling(options.sampling ?? 'all');
      return frames(options);
    },
    close,
    [Symbol.asyncDispose]: close,
  };
}

function shown(image: Image, { timestampMs, index, reuse }: LazyFrame): VideoFrame {
  if (reuse === undefined) return { image, timestampMs, index };
  let released = false;
  const release = (): void => {
    if (released) return; // twice would give two later frames the same memory
    released = true;
    reuse(image);
  };
  return { image, timestampMs, index, release };
}

function joinSignals(a: AbortSignal | undefined, b: AbortSignal | undefined): AbortSignal | undefined {
  return a !== undefined && b !== undefined ? AbortSignal.any([a, b]) : (a ?? b);
}

function isImage(source: MediaInput): source is Image {
  return typeof source === 'object' && source !== null && 'width' in source && 'height' in source && 'data' in source;
}

function isFrames(source: MediaInput): source is AsyncIterable<VideoFrame> {
  // A ReadableStream is an async iterable too, of bytes.
  return (
    typeof source === 'object' &&
    source !== null &&
    Symbol.asyncIterator in source &&
    !(typeof ReadableStream !== 'undefined' && source instanceof ReadableStream)
  );
}
