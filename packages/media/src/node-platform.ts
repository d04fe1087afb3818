import { fileURLToPath } from 'node:url';
import { urlSource } from './byte-source.ts';
import { openWithFfmpeg } from './node-ffmpeg.ts';
import { fileSource } from './node-file.ts';
import { decodeWithSharp } from './node-image.ts';
import type { Codecs, Platform } from './platform.ts';

/** Files, sharp, `@napi-rs/webcodecs` where installed, ffmpeg where installed. Each is loaded when first needed. */
export const nodePlatform: Platform = {
  imageDecoder: 'sharp',
  codecsRemedy: 'Install the optional peer dependency @napi-rs/webcodecs, or ffmpeg.',
  open(source, signal) {
    const text = String(source);
    if (text.startsWith('http://') || text.startsWith('https://')) return urlSource(source, signal);
    return fileSource(source instanceof URL || text.startsWith('file://') ? fileURLToPath(source) : text);
  },
  decodeImage: decodeWithSharp,
  codecs: nodeCodecs,
  openOtherwise: openWithFfmpeg,
};

let loading: Promise<Codecs | undefined> | undefined;

/** Undefined when the optional package is missing or has no binary for this system. */
export function nodeCodecs(): Promise<Codecs | undefined> {
  // Bundlers for servers cannot pack a native library, and need not.
  loading ??= import(/* @vite-ignore */ /* webpackIgnore: true */ /* turbopackIgnore: true */ '@napi-rs/webcodecs').then(
    (library) => ({ ...(library as unknown as Omit<Codecs, 'stampsInDecodeOrder'>), stampsInDecodeOrder: true }),
    () => undefined,
  );
  return loading;
}
