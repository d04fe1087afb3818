import { VerilensError, type Service } from '@verilens/core';
import { mediaServiceOver, type MediaServiceOptions } from './frame-source.ts';
import { nodeCodecs, nodePlatform } from './node-platform.ts';
import { openMediaOn } from './open-media.ts';
import type { OpenMedia } from './types.ts';
import { writeVideoWith, type FramesToWrite, type WriteVideoOptions, type WrittenVideo } from './write-video.ts';

export { encodeJpeg, encodePng, encodeWebp, jpegRoundTrip, renderSvg, webpRoundTrip, type EncodeOptions } from './node-image.ts';
export type { MediaServiceOptions } from './frame-source.ts';
export type { FramesOptions, Media, MediaInput, OpenedInfo, OpenMedia, OpenMediaOptions, Sampling } from './types.ts';
export type { FramesToWrite, WriteVideoOptions, WrittenVideo } from './write-video.ts';

/**
 * Opens a picture or a video: a path, URL, bytes, blob, stream, pixels or frames. What it is, is decided by its content.
 *
 * @throws VerilensError NOT_FOUND, BAD_INPUT, UNSUPPORTED, TOO_LARGE, ABORTED
 * @example
 * await using media = await openMedia('interview.mp4');
 * for await (const { image, timestampMs } of media.frames({ sampling: { fps: 4 } })) {
 *   console.log(timestampMs, image.width, image.height);
 * }
 */
export const openMedia: OpenMedia = /* @__PURE__ */ openMediaOn(nodePlatform);

/** The engine's source of frames. */
export function media(options: MediaServiceOptions = {}): Service {
  return mediaServiceOver(openMedia, options);
}

/**
 * Writes frames as a video file: MP4 with H.264, or WebM with VP9 or VP8.
 * @throws VerilensError UNSUPPORTED without `@napi-rs/webcodecs`, BAD_INPUT for frames of changing size or falling times.
 */
export async function writeVideo(frames: FramesToWrite, path: string, options: WriteVideoOptions = {}): Promise<WrittenVideo> {
  const codecs = await nodeCodecs();
  if (codecs === undefined) {
    throw new VerilensError('UNSUPPORTED', 'there is no video encoder here', {
      place: `media writeVideo ${path}`,
      remedy: 'Install the optional peer dependency @napi-rs/webcodecs.',
    });
  }
  return writeVideoWith(codecs, frames, path, options);
}
