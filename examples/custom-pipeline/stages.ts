import { map, type Stage, stage, type VideoFrame } from '@verilens/core';
import { openMedia } from '@verilens/media';

/** One frame reduced to a few numbers. */
export interface Look {
  readonly timestampMs: number;
  /** Mean luminance of each cell of a 16 x 16 grid, 0..1. */
  readonly cells: Float32Array;
}

/** A stretch of video between two cuts. */
export interface Shot {
  readonly startMs: number;
  readonly endMs: number;
  readonly frames: number;
  /** Mean change from frame to frame, 0..1. */
  readonly motion: number;
}

/** Frames of a file, decoded as they are asked for. */
export async function* framesOf(file: string): AsyncGenerator<VideoFrame> {
  await using opened = await openMedia(file);
  yield* opened.frames();
}

/** A frame to its look: one item in, one out. */
export const look: Stage<VideoFrame, Look> = map(
  ({ image, timestampMs }) => {
    const cells = new Float32Array(256);
    const counts = new Uint32Array(256);
    for (let y = 0; y < image.height; y += 2) {
      for (let x = 0; x < image.width; x += 2) {
        const cell = Math.floor((y * 16) / image.height) * 16 + Math.floor((x * 16) / image.width);
        const i = (y * image.width + x) * 4;
        cells[cell]! += (0.2126 * image.data[i]! + 0.7152 * image.data[i + 1]! + 0.0722 * image.data[i + 2]!) / 255;
        counts[cell]!++;
      }
    }
    return { timestampMs, cells: cells.map((sum, cell) => sum / Math.max(1, counts[cell]!)) };
  },
  { name: 'look' },
);

/** Looks to shots: a stage of its own, which gives fewer items than it takes. */
export function shots(cutAt = 0.12): Stage<Look, Shot> {
  return stage(`shots(cut at ${cutAt})`, async function* (looks) {
    let before: Look | undefined;
    let start = 0;
    let frames = 0;
    let change = 0;
    const shot = (end: Look): Shot => ({ startMs: start, endMs: end.timestampMs, frames, motion: frames > 1 ? change / (frames - 1) : 0 });
    for await (const now of looks) {
      const difference = before === undefined ? 0 : now.cells.reduce((sum, value, i) => sum + Math.abs(value - before!.cells[i]!), 0) / 256;
      if (before !== undefined && difference >= cutAt) {
        yield shot(before);
        start = now.timestampMs;
        frames = 0;
        change = 0;
      } else change += difference;
      frames++;
      before = now;
    }
    if (before !== undefined) yield shot(before);
  });
}
