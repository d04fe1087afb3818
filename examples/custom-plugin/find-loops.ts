import { distance, signature } from './signatures.ts';
import type { VideoFrame } from '@verilens/core';

/** A run of frames that repeats an earlier one. */
export interface Loop {
  readonly startMs: number;
  readonly endMs: number;
  /** How far back the original lies. */
  readonly lagFrames: number;
  readonly frames: number;
  /** Mean difference to the original over mean change from frame to frame: near 0 for a copy, about 1 for chance. */
  readonly ratio: number;
}

export interface LoopSearch {
  readonly loops: readonly Loop[];
  /** Median change from frame to frame, in grey levels. */
  readonly motion: number;
  readonly frames: number;
}

export interface LoopOptions {
  /** A copy this short says nothing. Default 12. */
  readonly minFrames?: number;
  /** Frames remembered: a loop longer than this is not found. Default 3000. */
  readonly memory?: number;
}

/** Mean change from frame to frame, in grey levels, below which a scene is too still to tell a copy from itself. */
export const tooStill = 0.05;

interface Run {
  frames: number;
  startMs: number;
  endMs: number;
  copyDistance: number;
  change: number;
}

/**
 * Looks for stretches that repeat an earlier stretch more closely than a scene ever repeats itself. Reads the frames
 * once; holds 1 kB for each of the last `memory` frames.
 */
export async function findLoops(
  frames: AsyncIterable<VideoFrame>,
  options: LoopOptions = {},
  onFrame?: (timestampMs: number) => void,
): Promise<LoopSearch> {
  const { minFrames = 12, memory = 3000 } = options;
  const seen: Float32Array[] = [];
  const changes: number[] = [];
  const runs = new Map<number, Run>();
  const loops: Loop[] = [];
  let count = 0;
  const close = (lag: number, run: Run): void => {
    runs.delete(lag);
    // A still scene repeats itself all the time: without motion a match tells nothing.
    if (run.frames >= minFrames && run.change >= run.frames * tooStill)
      loops.push({ startMs: run.startMs, endMs: run.endMs, lagFrames: lag, frames: run.frames, ratio: run.copyDistance / run.change });
  };
  for await (const { image, timestampMs } of frames) {
    onFrame?.(timestampMs);
    const now = signature(image);
    const before = seen.at(-1);
    const change = before === undefined ? 0 : distance(now, before);
    if (before !== undefined) changes.push(change);
    const enough = Math.max(0.4, 0.5 * change);
    for (let lag = minFrames + 1; lag <= seen.length; lag++) {
      const gap = distance(now, seen[seen.length - lag]!, enough);
      const run = runs.get(lag);
      if (gap <= enough) {
        const next = run ?? { frames: 0, startMs: timestampMs, endMs: timestampMs, copyDistance: 0, change: 0 };
        runs.set(lag, {
          ...next,
          frames: next.frames + 1,
          endMs: timestampMs,
          copyDistance: next.copyDistance + gap,
          change: next.change + change,
        });
      } else if (run !== undefined) close(lag, run);
    }
    seen.push(now);
    if (seen.length > memory) seen.shift();
    count++;
  }
  for (const [lag, run] of runs) close(lag, run);
  return { loops: loops.sort((a, b) => a.ratio - b.ratio), motion: median(changes), frames: count };
}

function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? 0;
}
