import type { Affine, Box, Image, Point } from './image.ts';

/** A face found in one picture. */
export interface Face {
  /** In pixels of the picture. */
  readonly box: Box;
  /** 0..1 */
  readonly score: number;
  /** Right eye, left eye, nose tip, mouth centre, right ear, left ear (the subject's right and left), in pixels of the picture. */
  readonly keypoints: readonly [Point, Point, Point, Point, Point, Point];
}

/**
 * One person's face over a run of consecutive source frames, aligned: eyes level, cropped with a margin,
 * interpolated once from the source. The unit that face detectors of clips judge.
 */
export interface FaceClip {
  /** Which person-track of the video this is, from 0. */
  readonly trackId: number;
  /** `size` x `size` RGBA crops, in time order, one per consecutive source frame. */
  readonly crops: readonly Image[];
  readonly timestampsMs: readonly number[];
  /** Face boxes in the source frames, smoothed over the clip. */
  readonly boxes: readonly Box[];
  /** Six key points per frame in crop pixels, smoothed over the clip. */
  readonly keypoints: readonly (readonly Point[])[];
  /** Source pixel -> crop pixel, per frame. */
  readonly transforms: readonly Affine[];
  /** Mean distance between the eyes in source pixels: how much detail the source had. */
  readonly eyeDistancePx: number;
}

/** What a face detector of clips asks of the face stage. */
export interface FaceClipSpec {
  /** Consecutive source frames in a clip. */
  readonly frames: number;
  /** Side of the square crop in pixels. */
  readonly size: number;
  /**
   * Time between two frames, in milliseconds, of the clips the detector learnt from. Of a video with much more frames a
   * second every second, third ... frame is used, so that motion looks alike. Default: every frame.
   */
  readonly frameMs?: number;
}

/**
 * Whether a frame comes too soon after the last one to be the next of a clip whose frames lie `frameMs` apart. Of a
 * steady video every n-th frame is kept, the first that is two thirds of `frameMs` away: at 40 ms all of 25 or 30 a
 * second, every second of 50 or 60.
 */
export function comesTooSoon(sinceLastMs: number, frameMs: number | undefined): boolean {
  return frameMs !== undefined && sinceLastMs < frameMs / 1.5;
}
