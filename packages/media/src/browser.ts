import { VerilensError, type Service } from '@verilens/core';
import { browserCodecs, browserPlatform } from './browser-platform.ts';
import { mediaServiceOver, type MediaServiceOptions } from './frame-source.ts';
import { openMediaOn } from './open-media.ts';
import type { OpenMedia } from './types.ts';
import { writeVideoWith, type FramesToWrite, type WriteVideoOptions, type WrittenVideo } from './write-video.ts';

export { encodeJpeg, encodePng, encodeWebp, jpegRoundTrip, webpRoundTrip, type EncodeOptions } from './browser-encode.ts';
export { cameraFrames, type CameraOptions } from './camera.ts';
export type { MediaServiceOptions } from './frame-source.ts';
export type { FramesOptions, Media, MediaInput, OpenedInfo, OpenMedia, OpenMediaOptions, Sampling } from './types.ts';
export type { FramesToWrite, WriteVideoOptions, WrittenVideo } from './write-video.ts';

/** As in Node, but strings are URLs and nothing but the browser decodes. */
export const openMedia: OpenMedia = /* @__PURE__ */ openMediaOn(browserPlatform);

/** The engine's source of frames. */
export function media(options: MediaServiceOptions = {}): Service {
  return mediaServiceOver(openMedia, options);
}

/** Writes frames as the bytes of a video file, held in memory. */
export async function encodeVideo(
  frames: FramesToWrite,
  options: WriteVideoOptions = {},
): Promise<WrittenVideo & { readonly bytes: Uint8Array }> {
  const codecs = await browserCodecs();
  if (codecs === undefined)
    throw new VerilensError('UNSUPPORTED', 'there is no video encoder here', {
      place: 'media encodeVideo',
      remedy: browserPlatform.codecsRemedy,
    });
  const written = await writeVideoWith(codecs, frames, undefined, options);
  return { ...written, bytes: written.bytes! };
}
