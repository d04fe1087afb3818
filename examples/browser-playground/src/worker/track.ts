import { createEngine, type Tracker, VerilensError, type VideoFrame } from '@verilens/core';
import { openMedia } from '@verilens/media';
import { channelDistillation } from '@verilens/plugin-channel-distillation';
import type { Source } from '../protocol.ts';
import { previewOf } from './bitmaps.ts';
import type { Handlers } from './dispatch.ts';
import { drawnObject } from './examples.ts';
import type { WorkerSession } from './session.ts';
import { timedFrames } from './watched-services.ts';

const PREVIEW_PX = 960;
const PLACE = 'playground track';

/** What the box is drawn on. */
export const firstFrame: Handlers['firstFrame'] = async ({ source }, { signal }) => {
  if (source === 'drawn') {
    for await (const { frame, box } of drawnObject()) return { ...(await previewOf(frame, PREVIEW_PX)), box };
  } else {
    await using media = await openMedia(source, { signal });
    for await (const frame of media.frames()) return previewOf(frame, PREVIEW_PX);
  }
  throw new VerilensError('BAD_INPUT', 'the file holds no picture', { place: PLACE, remedy: 'Choose another one.' });
};

/** Follows what the box shows until the frames end or the page has seen enough. */
export function track(session: WorkerSession): Handlers['track'] {
  return async ({ source, box }, { signal, emit, frames }) => {
    const engine = await session.engine('track', (runtime) => createEngine({ runtime, plugins: [channelDistillation()] }));
    const tracker: Tracker = engine.get('tracker', 'channel-distillation');
    const recent: number[] = [];
    let count = 0;
    for await (const frame of timedFrames(framesOf(source, frames, signal), session.times)) {
      if (signal.aborted) break;
      const result = await session.times.measure('follow the object', () =>
        count === 0 ? tracker.init(frame, box, { signal }) : tracker.update(frame, { signal }),
      );
      count++;
      const now = performance.now();
      recent.push(now);
      while (recent.length > 2 && now - recent[0]! > 1000) recent.shift();
      const framesPerSecond = recent.length > 1 ? ((recent.length - 1) * 1000) / (now - recent[0]!) : 0;
      const { state, confidence } = result;
      emit({ preview: await previewOf(frame, PREVIEW_PX), box: result.box, state, confidence, framesPerSecond });
    }
    return { frames: count };
  };
}

async function* framesOf(source: Source, page: () => AsyncGenerator<VideoFrame>, signal: AbortSignal): AsyncGenerator<VideoFrame> {
  if (source === 'page') yield* page();
  else if (source === 'drawn') for await (const { frame } of drawnObject()) yield frame;
  else {
    await using media = await openMedia(source, { signal });
    yield* media.frames();
  }
}
