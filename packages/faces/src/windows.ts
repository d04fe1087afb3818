import { comesTooSoon, throwIfAborted, VerilensError, type FaceClipSpec, type VideoFrame } from '@verilens/core';
import type { FaceClipOptions } from './clips.ts';
import { cutWithin, sketch, sketchDistance } from './cuts.ts';
import type { FaceFinder } from './finder.ts';
import { createLooks } from './looks.ts';
import type { FaceChain } from './tracks.ts';

export const PLACE = 'faces/clips';

/** A full run of frames of one scene. */
export interface Window {
  readonly burst: readonly VideoFrame[];
  readonly chains: Promise<readonly FaceChain[]>;
  /** The scene changed since the window before. */
  readonly afterCut: boolean;
}

/**
 * Cuts a stream of frames into windows, within which it skips no frame and changes no scene, and begins to look for faces as
 * the frames come.
 *
 * @param at places of a window to look at, ascending
 * @throws VerilensError BAD_INPUT (frames of changing size within a window), ABORTED
 */
export async function* windows(
  frames: AsyncIterable<VideoFrame>,
  finder: FaceFinder,
  spec: FaceClipSpec,
  at: readonly number[],
  options: FaceClipOptions,
): AsyncGenerator<Window> {
  const { everyMs = 0, onReject, ownsFrames = false, signal } = options;
  /** Nobody has looked at this frame, and nobody will. */
  const pass = (frame: VideoFrame): void => {
    if (ownsFrames) frame.release?.();
  };
  let burst: VideoFrame[] = [];
  let looker = createLooks(finder, at, options);
  let lastSketch: Float32Array | undefined;
  let afterCut = false;
  let nextStartMs = -Infinity;
  let lastIndex = -1;
  let lastMs = -Infinity;
  for await (const frame of frames) {
    throwIfAborted(signal, PLACE);
    const goesOn = frame.index === lastIndex + 1 || frame.timestampMs - lastMs <= (spec.frameMs ?? 0) * 1.5;
    // A gap means the source was sampled in bursts already: each of them is wanted.
    if (!goesOn) nextStartMs = -Infinity;
    lastIndex = frame.index;
    lastMs = frame.timestampMs;
    const last = burst.at(-1);
    if (last !== undefined && goesOn && comesTooSoon(frame.timestampMs - last.timestampMs, spec.frameMs)) {
      pass(frame);
      continue;
    }
    if (last !== undefined && !goesOn) {
      onReject?.({ reason: 'incomplete-burst', timestampMs: burst[0]!.timestampMs });
      burst = [];
      looker = createLooks(finder, at, options);
    }
    if (burst[0] !== undefined && (frame.image.width !== burst[0].image.width || frame.image.height !== burst[0].image.height)) {
      throw new VerilensError('BAD_INPUT', 'frames change size', {
        place: PLACE,
        expected: `${burst[0].image.width}x${burst[0].image.height}`,
        got: `${frame.image.width}x${frame.image.height} at frame ${frame.index}`,
      });
    }
    // Half a millisecond of grace: file timestamps are rounded.
    if (burst.length === 0 && frame.timestampMs + 0.5 < nextStartMs) {
      pass(frame);
      continue;
    }
    looker.see(burst.length, frame.image);
    burst.push(frame);
    if (burst.length < spec.frames) continue;
    const sketches = burst.map(({ image }) => sketch(image));
    if (lastSketch !== undefined && sketchDistance(lastSketch, sketches[0]!) > 45) afterCut = true;
    lastSketch = sketches.at(-1)!;
    const cut = cutWithin(sketches);
    if (cut !== -1) {
      afterCut = true;
      onReject?.({ reason: 'cut', timestampMs: burst[cut]!.timestampMs });
      burst = burst.slice(cut); // the new scene may fill a window of its own when frames are consecutive
      looker = createLooks(finder, at, options);
      for (const [place, { image }] of burst.entries()) looker.see(place, image);
      continue;
    }
    nextStartMs = burst[0]!.timestampMs + everyMs;
    const chains = looker.chains();
    chains.catch(() => undefined); // reported when its window is
    yield { burst, chains, afterCut };
    burst = [];
    afterCut = false;
    looker = createLooks(finder, at, options);
  }
  if (burst.length > 0) onReject?.({ reason: 'incomplete-burst', timestampMs: burst[0]!.timestampMs });
}
