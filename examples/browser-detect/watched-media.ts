import { FRAME_SOURCE, type FrameSource, type Service, type VideoFrame } from '@verilens/core';
import { media } from '@verilens/media';

/** The ordinary source of frames, with an eye on what passes: every frame is shown to `onFrame` on its way to the detector. */
export function watchedMedia(onFrame: (frame: VideoFrame, durationMs: number | undefined) => void): Service {
  return {
    name: 'watched-media',
    register(services) {
      media().register({
        register: (token, factory) => {
          services.register(token, async (resolve) => {
            const made = await factory(resolve);
            return (token as symbol) === FRAME_SOURCE ? (watch(made as FrameSource, onFrame) as typeof made) : made;
          });
        },
      });
    },
  };
}

function watch(source: FrameSource, onFrame: (frame: VideoFrame, durationMs: number | undefined) => void): FrameSource {
  return {
    async open(input, options) {
      const opened = await source.open(input, options);
      async function* frames(): AsyncGenerator<VideoFrame> {
        for await (const frame of opened.frames) {
          onFrame(frame, opened.info.durationMs);
          yield frame;
        }
      }
      return { ...opened, frames: frames() };
    },
  };
}
