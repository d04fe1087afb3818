import { FACE_STAGE, type FaceClip, type FaceStage, FRAME_SOURCE, type FrameSource, type Service, type VideoFrame } from '@verilens/core';
import { wrapped } from './session.ts';
import type { StageTimes } from './stage-times.ts';

/** Sees what passes from stage to stage on its way to the detector. */
export interface Watcher {
  onFrame: ((frame: VideoFrame, durationMs: number | undefined) => void) | undefined;
  onClip: ((clip: FaceClip) => void) | undefined;
}

/** The same services; frames and face clips are shown to `watcher`, and decoding is timed. */
export function watchedServices(services: readonly Service[], watcher: Watcher, times: StageTimes): Service[] {
  return services.map((service) =>
    wrapped(service, (token, made) => {
      if (token === FRAME_SOURCE) return watchFrames(made as FrameSource, watcher, times);
      if (token === FACE_STAGE) return watchClips(made as FaceStage, watcher);
      return made;
    }),
  );
}

function watchFrames(source: FrameSource, watcher: Watcher, times: StageTimes): FrameSource {
  return {
    async open(input, options) {
      const opened = await source.open(input, options);
      return { ...opened, frames: timedFrames(opened.frames, times, (frame) => watcher.onFrame?.(frame, opened.info.durationMs)) };
    },
  };
}

/** The same frames; the wait for each is a stage of its own. */
export async function* timedFrames(
  frames: AsyncIterable<VideoFrame>,
  times: StageTimes,
  onFrame?: (frame: VideoFrame) => void,
): AsyncGenerator<VideoFrame> {
  const iterator = frames[Symbol.asyncIterator]();
  try {
    for (;;) {
      const next = await times.measure('decode a frame', () => iterator.next());
      if (next.done === true) return;
      onFrame?.(next.value);
      const { image, timestampMs, index } = next.value;
      yield { image, timestampMs, index }; // it is shown: its memory must not be used again
    }
  } finally {
    await iterator.return?.();
  }
}

function watchClips(stage: FaceStage, watcher: Watcher): FaceStage {
  return {
    async *clips(frames, spec, options) {
      for await (const clip of stage.clips(frames, spec, options)) {
        watcher.onClip?.(clip);
        yield clip;
      }
    },
    dispose: () => stage.dispose?.() ?? Promise.resolve(),
  };
}
