import type { ClipBatch } from './clips.ts';

/**
 * Two hand-made scores that find what the forgeries leave behind in aligned faces, without any training: the floor
 * that a trained detector has to beat, and the proof that the trace is in the pixels.
 */

/**
 * How much the brightness around the mouth jumps: mean absolute second difference over time of the mean of the mouth
 * box. Higher is more suspicious. One score a clip; needs 3 frames or more.
 */
export function mouthJerk(clips: ClipBatch): Float64Array {
  const { count, frames, size, pixels } = clips;
  const [left, right, top, bottom] = [11, 21, 19, 27].map((edge) => Math.round((edge * size) / 32)) as [number, number, number, number];
  const area = (right - left) * (bottom - top) * 3 * 255;
  const means = new Float64Array(frames);
  return Float64Array.from({ length: count }, (_, n) => {
    for (let t = 0; t < frames; t++) {
      let sum = 0;
      for (let y = top; y < bottom; y++) {
        const row = ((n * frames + t) * size + y) * size * 3;
        for (let i = row + left * 3; i < row + right * 3; i++) sum += pixels[i]!;
      }
      means[t] = sum / area;
    }
    let jerk = 0;
    for (let t = 1; t + 1 < frames; t++) jerk += Math.abs(means[t + 1]! - 2 * means[t]! + means[t - 1]!);
    return jerk / (frames - 2);
  });
}

/**
 * How little fine detail the inner face has: minus the mean absolute difference of each pixel from the mean of its
 * 3 x 3 neighbourhood, 0..1. Higher is more suspicious. One score a clip.
 */
export function innerSmoothness(clips: ClipBatch): Float64Array {
  const { count, frames, size, pixels } = clips;
  const [left, right, top, bottom] = [8, 24, 9, 26].map((edge) => Math.round((edge * size) / 32)) as [number, number, number, number];
  const down = size * 3;
  return Float64Array.from({ length: count }, (_, n) => {
    let detail = 0;
    for (let t = 0; t < frames; t++) {
      for (let y = top; y < bottom; y++) {
        const row = ((n * frames + t) * size + y) * down;
        for (let i = row + left * 3; i < row + right * 3; i++) {
          const above = pixels[i - down - 3]! + pixels[i - down]! + pixels[i - down + 3]!;
          const below = pixels[i + down - 3]! + pixels[i + down]! + pixels[i + down + 3]!;
          detail += Math.abs(pixels[i]! - (above + below + pixels[i - 3]! + pixels[i]! + pixels[i + 3]!) / 9);
        }
      }
    }
    return -detail / (frames * (bottom - top) * (right - left) * 3 * 255);
  });
}
