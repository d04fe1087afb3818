import { FRAME_SOURCE, type FrameSource, type Service, type VideoFrame } from '@verilens/core';
import type { OpenMedia, OpenMediaOptions, Sampling } from './types.ts';

export interface MediaServiceOptions extends Omit<OpenMediaOptions, 'signal'> {
  /** Used when a call names neither `fps` nor `bursts`. Default `all`. */
  readonly sampling?: Sampling;
}

/** core's frame source over one `openMedia`. */
export function frameSourceOver(openMedia: OpenMedia, { sampling = 'all', ...options }: MediaServiceOptions): FrameSource {
  return {
    async open(source, { fps, bursts, signal } = {}) {
      const media = await openMedia(source, { ...options, signal });
      async function* frames(): AsyncGenerator<VideoFrame, void, undefined> {
        try {
          yield* media.frames({ sampling: bursts !== undefined ? { burst: bursts } : fps !== undefined ? { fps } : sampling, signal });
        } finally {
          await media.close();
        }
      }
      return { kind: media.kind, info: media.info, frames: frames() };
    },
  };
}

export function mediaServiceOver(openMedia: OpenMedia, options: MediaServiceOptions): Service {
  return { name: 'media', register: (services) => services.register(FRAME_SOURCE, () => frameSourceOver(openMedia, options)) };
}
