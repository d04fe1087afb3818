import { comesTooSoon, VerilensError } from '@verilens/core';
import type { LazyFrame } from './opened.ts';
import type { Sampling } from './types.ts';

type Frames = AsyncIterable<LazyFrame>;

/** @throws VerilensError BAD_OPTION */
export function checkSampling(sampling: Sampling): void {
  const bad = (expected: string): VerilensError =>
    new VerilensError('BAD_OPTION', 'this sampling makes no sense', { place: 'media sampling', expected, got: JSON.stringify(sampling) });
  const positive = (value: unknown): boolean => typeof value === 'number' && value > 0 && Number.isFinite(value);
  if (sampling === 'all') return;
  if (typeof sampling !== 'object' || sampling === null) throw bad("'all', { fps }, { everyMs } or { burst }");
  if ('fps' in sampling) {
    if (!positive(sampling.fps)) throw bad('a positive fps');
  } else if ('everyMs' in sampling) {
    if (!positive(sampling.everyMs)) throw bad('a positive everyMs');
  } else if ('burst' in sampling) {
    const { frames, perSecond, frameMs } = sampling.burst;
    if (!(Number.isInteger(frames) && frames > 0 && positive(perSecond) && (frameMs === undefined || positive(frameMs))))
      throw bad('burst.frames a whole number from 1, burst.perSecond and burst.frameMs positive');
  } else throw bad("'all', { fps }, { everyMs } or { burst }");
}

/** Passes on the frames to convert and releases the others unconverted. Frames come in order of presentation. */
export function sampleFrames(frames: Frames, sampling: Sampling): AsyncGenerator<LazyFrame, void, undefined> {
  if (sampling === 'all') return everyFrame(frames);
  if ('burst' in sampling) return bursts(frames, sampling.burst.frames, 1000 / sampling.burst.perSecond, sampling.burst.frameMs);
  return nearest(frames, 'fps' in sampling ? 1000 / sampling.fps : sampling.everyMs);
}

async function* everyFrame(frames: Frames): AsyncGenerator<LazyFrame, void, undefined> {
  yield* frames;
}

async function* nearest(frames: Frames, stepMs: number): AsyncGenerator<LazyFrame, void, undefined> {
  let first: number | undefined;
  let step = 0; // the next grid point is first + step * stepMs: counted, so that it does not drift
  let held: LazyFrame | undefined;
  let gap = 0;
  try {
    for await (const frame of frames) {
      first ??= frame.timestampMs;
      if (held !== undefined) {
        const before = held;
        held = undefined;
        gap = frame.timestampMs - before.timestampMs;
        const middle = before.timestampMs + gap / 2;
        // `before` is the nearest frame of every grid point up to the middle between it and its follower.
        const chosen = first + step * stepMs <= middle;
        if (chosen) step = Math.floor((middle - first) / stepMs) + 1;
        held = frame;
        if (chosen) yield before;
        else before.release();
      } else held = frame;
    }
    if (held !== undefined && first !== undefined && first + step * stepMs <= held.timestampMs + gap / 2) {
      const last = held;
      held = undefined;
      yield last;
    }
  } finally {
    held?.release();
  }
}

async function* bursts(
  frames: Frames,
  length: number,
  periodMs: number,
  frameMs: number | undefined,
): AsyncGenerator<LazyFrame, void, undefined> {
  let first: number | undefined;
  let starts = 0;
  let left = 0;
  let lastMs = -Infinity;
  for await (const frame of frames) {
    first ??= frame.timestampMs;
    // Half a millisecond of grace: file timestamps are rounded.
    if (left === 0 && frame.timestampMs + 0.5 >= first + starts * periodMs) {
      left = length;
      starts = Math.floor((frame.timestampMs + 0.5 - first) / periodMs) + 1;
    }
    if (left > 0 && (left === length || !comesTooSoon(frame.timestampMs - lastMs, frameMs))) {
      left--;
      lastMs = frame.timestampMs;
      yield frame;
    } else frame.release();
  }
}
