import { throwIfAborted, VerilensError, type Image, type VideoFrame } from '@verilens/core';
import { checkImage } from '@verilens/vision';
import type { LazyFrame, Opened } from './opened.ts';
import type { OpenedInfo } from './types.ts';

/** One picture that is already pixels. */
export function openPixels(image: Image, maxPixels: number, known: Partial<OpenedInfo> = {}): Opened {
  checkImage(image, 'media');
  if (image.width * image.height > maxPixels) {
    throw new VerilensError('TOO_LARGE', 'the picture is too large', {
      place: 'media',
      expected: `at most ${maxPixels} pixels`,
      got: `${image.width} x ${image.height}`,
    });
  }
  return {
    kind: 'image',
    info: {
      format: 'frames',
      orientation: 1,
      decoder: 'none',
      ...known,
      width: image.width,
      height: image.height,
      durationMs: 0,
      frames: 1,
    },
    async *frames(signal) {
      throwIfAborted(signal, 'media');
      yield { timestampMs: 0, index: 0, image: async () => image, release: () => {} };
    },
    close: async () => {},
  };
}

/** A camera or any other producer of frames: checked, sampled, passed on. Indices are the producer's. */
export function openFrames(source: AsyncIterable<VideoFrame>): Opened {
  let used = false;
  return {
    kind: 'video',
    info: { format: 'frames', width: 0, height: 0, orientation: 1, decoder: 'none' },
    async *frames(signal): AsyncGenerator<LazyFrame, void, undefined> {
      if (used)
        throw new VerilensError('BAD_INPUT', 'these frames can be read only once', {
          place: 'media frames',
          remedy: 'Open a file, a blob or bytes to go over it again.',
        });
      used = true;
      let last = -Infinity;
      for await (const frame of source) {
        throwIfAborted(signal, 'media frames');
        checkImage(frame.image, 'media frames');
        if (!Number.isFinite(frame.timestampMs))
          throw new VerilensError('BAD_INPUT', 'a frame has no time', {
            place: 'media frames',
            expected: 'a finite timestampMs',
            got: `${frame.timestampMs}`,
          });
        if (frame.timestampMs < last)
          throw new VerilensError('BAD_INPUT', 'the frames are not in order of time', {
            place: 'media frames',
            expected: `timestampMs of at least ${last}`,
            got: `${frame.timestampMs}`,
          });
        last = frame.timestampMs;
        yield { timestampMs: frame.timestampMs, index: frame.index, image: async () => frame.image, release: () => {} };
      }
    },
    close: async () => {},
  };
}
