import type { Box } from '@verilens/core';
import { VerilensError } from '@verilens/core';

/** Agreement of a tracker's boxes with the true ones over the frames that have a true box. */
export interface TrackingScore {
  /** Frames compared. */
  readonly frames: number;
  /** Share of frames with an overlap (IoU) above each threshold 0, 0.05, ..., 1: the success curve of OTB. */
  readonly success: readonly { readonly threshold: number; readonly share: number }[];
  /** Area under the success curve: its mean over the 21 thresholds, as the OTB toolkit has it. */
  readonly successAuc: number;
  /** Share of frames whose centre is within 0, 1, ..., 50 pixels. */
  readonly precision: readonly { readonly pixels: number; readonly share: number }[];
  /** Share of frames whose centre is within 20 pixels. */
  readonly precisionAt20: number;
  /** Mean IoU. */
  readonly meanOverlap: number;
  /** Mean distance of centres in pixels. */
  readonly meanCentreError: number;
  /** Share of frames with no overlap at all: what robustness counts. */
  readonly failures: number;
}

const THRESHOLDS = 21;
const PIXELS = 51;

/**
 * One-pass evaluation (Wu, Lim and Yang, "Object Tracking Benchmark", PAMI 2015).
 * @param truth one box a frame; undefined where nobody placed one, or the object is hidden: such frames are left out
 * @throws VerilensError BAD_INPUT when the lists differ in length or no frame has a true box, NOT_FINITE
 */
export function trackingScore(boxes: readonly Box[], truth: readonly (Box | undefined)[]): TrackingScore {
  if (boxes.length !== truth.length) {
    throw new VerilensError('BAD_INPUT', 'one box is needed for each frame', {
      place: 'metrics.trackingScore',
      expected: `${truth.length} boxes`,
      got: `${boxes.length}`,
    });
  }
  const overlaps: number[] = [];
  const errors: number[] = [];
  truth.forEach((wanted, i) => {
    if (wanted === undefined) return;
    const box = boxes[i]!;
    if (![box.x, box.y, box.width, box.height, wanted.x, wanted.y, wanted.width, wanted.height].every(Number.isFinite)) {
      throw new VerilensError('NOT_FINITE', 'a box is not finite', {
        place: `metrics.trackingScore, frame ${i}`,
        got: JSON.stringify(box),
      });
    }
    overlaps.push(overlap(box, wanted));
    errors.push(Math.hypot(box.x + box.width / 2 - wanted.x - wanted.width / 2, box.y + box.height / 2 - wanted.y - wanted.height / 2));
  });
  const frames = overlaps.length;
  if (frames === 0) {
    throw new VerilensError('BAD_INPUT', 'no frame has a true box', {
      place: 'metrics.trackingScore',
      remedy: 'Give a true box for at least one frame.',
    });
  }
  const share = (values: readonly number[], right: (v: number) => boolean): number => values.filter(right).length / frames;
  const mean = (values: readonly number[]): number => values.reduce((sum, v) => sum + v, 0) / values.length;
  const success = Array.from({ length: THRESHOLDS }, (_, i) => {
    const threshold = i / (THRESHOLDS - 1);
    return { threshold, share: share(overlaps, (v) => v > threshold) };
  });
  const precision = Array.from({ length: PIXELS }, (_, pixels) => ({ pixels, share: share(errors, (v) => v <= pixels) }));
  return {
    frames,
    success,
    successAuc: mean(success.map((point) => point.share)),
    precision,
    precisionAt20: precision[20]!.share,
    meanOverlap: mean(overlaps),
    meanCentreError: mean(errors),
    failures: share(overlaps, (v) => v <= 0),
  };
}

/** Intersection over union of two boxes. */
function overlap(a: Box, b: Box): number {
  const width = Math.max(0, Math.min(a.x + a.width, b.x + b.width) - Math.max(a.x, b.x));
  const height = Math.max(0, Math.min(a.y + a.height, b.y + b.height) - Math.max(a.y, b.y));
  const shared = width * height;
  const whole = a.width * a.height + b.width * b.height - shared;
  return whole > 0 ? shared / whole : 0;
}
