import type { Image } from '@verilens/core';
import type { Orientation } from '@verilens/vision';
import type { ByteSource } from './byte-source.ts';
import type { Opened } from './opened.ts';
import type { ImageHeader, Format } from './sniff.ts';
import type { OpenMediaOptions } from './types.ts';

/** The parts of WebCodecs used here: the browser's own, or those of `@napi-rs/webcodecs`. */
export interface Codecs {
  readonly VideoDecoder: typeof globalThis.VideoDecoder;
  readonly EncodedVideoChunk: typeof globalThis.EncodedVideoChunk;
  readonly VideoEncoder: typeof globalThis.VideoEncoder;
  readonly VideoFrame: typeof globalThis.VideoFrame;
  /** The decoder stamps H.264 and H.265 frames in the order of decoding (a fault of `@napi-rs/webcodecs`): times must be sorted. */
  readonly stampsInDecodeOrder: boolean;
}

export interface DecodedImage {
  readonly image: Image;
  readonly orientation: Orientation;
}

/** What differs between Node and browsers. */
export interface Platform {
  /** Opens a path or URL. */
  open(source: string | URL, signal: AbortSignal | undefined): Promise<ByteSource>;
  readonly imageDecoder: 'sharp' | 'browser';
  /** Decodes a still picture upright, to 8-bit RGBA. The header was checked against the limits. */
  decodeImage(source: ByteSource, header: ImageHeader, options: OpenMediaOptions): Promise<DecodedImage>;
  /** Undefined when there is none here. */
  codecs(): Promise<Codecs | undefined>;
  /** How to get `codecs` where there are none. */
  readonly codecsRemedy: string;
  /** Opens a video in another way than WebCodecs; undefined when there is none. */
  openOtherwise?(source: ByteSource, format: Format, options: OpenMediaOptions): Promise<Opened | undefined>;
}
