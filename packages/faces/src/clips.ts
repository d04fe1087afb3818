import {
  prefetch,
  throwIfAborted,
  VerilensError,
  type Affine,
  type Box,
  type FaceClip,
  type FaceClipSpec,
  type Image,
  type Point,
  type VideoFrame,
} from '@verilens/core';
import { composeAffine, crop, invertAffine, transformPoints, warpAffine } from '@verilens/vision';
import { alignFace, measureFace, surroundings } from './align.ts';
import type { FaceFinder } from './finder.ts';
import { reduceSource, reductionFor } from './reduce.ts';
import { smoothOverTime } from './smooth.ts';
import { createTrackBook, type FaceChain } from './tracks.ts';
import { PLACE, windows, type Window } from './windows.ts';

/** Part of a source frame, untouched: its first pixel is pixel (x, y) of the frame. */
export interface SourcePatch {
  readonly image: Image;
  readonly x: number;
  readonly y: number;
}

/** A face clip that still holds the pixels it was cut from. */
export interface SourceFaceClip extends FaceClip {
  readonly sources: readonly SourcePatch[];
  /** Six key points per frame in source pixels, smoothed over the clip. */
  readonly sourceKeypoints: readonly (readonly Point[])[];
  /** Number of the first frame in the source. */
  readonly startIndex: number;
}

/** Why a face or a run of frames gave no clip. */
export type ClipRejection =
  | 'incomplete-burst' // the stream ended or skipped frames before the clip was full
  | 'cut' // the scene changes inside the burst
  | 'face-lost' // seen in too few frames of the burst
  | 'face-too-small'; // eyes nearer than minEyeDistancePx

export interface RejectedClip {
  readonly reason: ClipRejection;
  readonly timestampMs: number;
  readonly box?: Box;
  readonly eyeDistancePx?: number;
}

export interface FaceClipOptions {
  /** Frames of a clip the finder looks at, evenly spaced with both ends; default 4. All: `Infinity`. */
  readonly looks?: number;
  /** Order of the polynomial in time that key points follow within a clip: 0, 1 or 2. Default 1. */
  readonly smoothing?: 0 | 1 | 2;
  /** Default 10: below it a crop of 64 pixels shows interpolation, not the face. */
  readonly minEyeDistancePx?: number;
  /** Most people followed at once: the largest faces. Default 4. */
  readonly maxTracks?: number;
  /** A person not seen for longer gets a new track number. Default 2500. */
  readonly maxGapMs?: number;
  /** Least time between the starts of two windows of an unbroken run; frames between are passed over unseen. Default 0: every window. */
  readonly everyMs?: number;
  /** Called for everything that gave no clip. */
  readonly onReject?: (rejected: RejectedClip) => void;
  /** Nobody else reads these frames: each is released once its window is cut, so that its memory serves a later one. Default false */
  readonly ownsFrames?: boolean;
  readonly signal?: AbortSignal;
}

export interface SourceClipOptions extends FaceClipOptions {
  /** Keeps source pixels with each clip. */
  readonly keepSource: true;
  /** Side of the kept square over the crop's side. Default 2.2. */
  readonly sourceFactor?: number;
}

/**
 * Cuts aligned face clips from a stream of frames. Frames arrive as bursts of consecutive source frames (a gap in
 * `VideoFrame.index` starts a new burst) or without gaps; every `spec.frames` consecutive ones become a window, and
 * each face that stays in it a clip. With `spec.frameMs`, frames that come too soon after the last are passed over, and
 * a gap is none as long as it is no longer than half as much again. Holds two windows of frames: one is looked at, one read.
 *
 * @throws VerilensError BAD_OPTION, BAD_INPUT (frames of changing size within a burst), ABORTED
 * @example
 * for await (const clip of faceClips(video.frames(), finder, { frames: 8, size: 64 })) score(clip.crops);
 */
export function faceClips(
  frames: AsyncIterable<VideoFrame>,
  finder: FaceFinder,
  spec: FaceClipSpec,
  options: SourceClipOptions,
): AsyncIterable<SourceFaceClip>;
export function faceClips(
  frames: AsyncIterable<VideoFrame>,
  finder: FaceFinder,
  spec: FaceClipSpec,
  options?: FaceClipOptions,
): AsyncIterable<FaceClip>;
export async function* faceClips(
  frames: AsyncIterable<VideoFrame>,
  finder: FaceFinder,
  spec: FaceClipSpec,
  options: FaceClipOptions | SourceClipOptions = {},
): AsyncIterable<FaceClip | SourceFaceClip> {
  checkSpec(spec);
  const { looks = 4, maxGapMs = 2500, ownsFrames = false, signal } = options;
  const book = createTrackBook(maxGapMs);
  const at = spread(spec.frames, looks);
  // While the finder looks at one window, the next is read and its looks begin.
  for await (const { burst, chains, afterCut } of prefetch<Window>(1).run(windows(frames, finder, spec, at, options), { signal })) {
    throwIfAborted(signal, PLACE);
    if (afterCut) book.cut();
    const people = peopleOf(burst, await chains, at.length, options);
    const ids = book.assign(
      people.map(({ boxes }) => boxes[0]!),
      people.map(({ boxes }) => boxes.at(-1)!),
      burst[0]!.timestampMs,
      burst.at(-1)!.timestampMs,
    );
    for (const [i, person] of people.entries()) yield cutClip(burst, person, ids[i]!, spec, options);
    if (ownsFrames) for (const frame of burst) frame.release?.();
  }
}

/** One face through all frames of a window, smoothed, in source pixels. */
interface Person {
  readonly boxes: readonly Box[];
  readonly keypoints: readonly (readonly Point[])[];
  readonly eyeDistancePx: number;
}

/** @param looks how many frames of the burst were looked at */
function peopleOf(burst: readonly VideoFrame[], chains: readonly FaceChain[], looks: number, options: FaceClipOptions): Person[] {
  const { smoothing = 1, minEyeDistancePx = 10, maxTracks = 4, onReject } = options;
  const people: Person[] = [];
  for (const chain of chains) {
    const timestampMs = burst[chain.frames[0]!]!.timestampMs;
    const box = chain.faces[0]!.box;
    // Both halves of the window must hold the face, or the fit would be a guess.
    const reach = chain.frames.at(-1)! - chain.frames[0]!;
    if (chain.frames.length < Math.max(1, Math.ceil(looks * 0.6)) || reach < (burst.length - 1) * 0.5) {
      onReject?.({ reason: 'face-lost', timestampMs, box });
      continue;
    }
    const rows = chain.faces.map(({ box: b, keypoints }) => [b.x, b.y, b.width, b.height, ...keypoints.flat()]);
    const smooth = smoothOverTime(chain.frames, rows, burst.length, smoothing);
    const boxes = smooth.map(([x, y, width, height]): Box => ({ x: x!, y: y!, width: width!, height: height! }));
    const keypoints = smooth.map((row) => Array.from({ length: 6 }, (_, k): Point => [row[4 + 2 * k]!, row[5 + 2 * k]!]));
    const eyeDistancePx = keypoints.reduce((sum, points) => sum + measureFace(points).eyeDistance, 0) / keypoints.length;
    if (eyeDistancePx < minEyeDistancePx) {
      onReject?.({ reason: 'face-too-small', timestampMs, box, eyeDistancePx });
      continue;
    }
    people.push({ boxes, keypoints, eyeDistancePx });
  }
  return people.sort((a, b) => b.eyeDistancePx - a.eyeDistancePx).slice(0, maxTracks);
}

function cutClip(
  burst: readonly VideoFrame[],
  person: Person,
  trackId: number,
  spec: FaceClipSpec,
  options: FaceClipOptions | SourceClipOptions,
): FaceClip | SourceFaceClip {
  const transforms: Affine[] = person.keypoints.map((points) => alignFace(points, spec.size));
  const factor = reductionFor(person.keypoints, spec.size);
  const clip: FaceClip = {
    trackId,
    crops: burst.map(({ image }, t) => cutCrop(image, person.keypoints[t]!, transforms[t]!, factor, spec.size)),
    timestampsMs: burst.map(({ timestampMs }) => timestampMs),
    boxes: person.boxes,
    keypoints: person.keypoints.map((points, t) => transformPoints(transforms[t]!, points)),
    transforms,
    eyeDistancePx: person.eyeDistancePx,
  };
  if (!('keepSource' in options) || !options.keepSource) return clip;
  const { sourceFactor = 2.2 } = options;
  return {
    ...clip,
    startIndex: burst[0]!.index,
    sourceKeypoints: person.keypoints,
    sources: burst.map(({ image }, t) => {
      const area = surroundings(person.keypoints[t]!, sourceFactor, image.width, image.height);
      return { image: crop(image, area), x: area.x, y: area.y };
    }),
  };
}

/** One bilinear interpolation from the source, or from its block means when the face is much larger than the crop. */
function cutCrop(image: Image, keypoints: readonly Point[], transform: Affine, factor: number, size: number): Image {
  if (factor === 1) return warpAffine(image, transform, size, size, { fill: 'reflect' });
  const area = surroundings(keypoints, 1.5, image.width, image.height);
  const small = reduceSource({ image: crop(image, area), x: area.x, y: area.y }, factor);
  return warpAffine(small.image, composeAffine(invertAffine(small.transform), transform), size, size, { fill: 'reflect' });
}

/** Evenly spaced frames with both ends. */
function spread(frames: number, looks: number): number[] {
  const count = Math.min(frames, Math.max(1, looks));
  if (count === 1) return [Math.floor((frames - 1) / 2)];
  return Array.from({ length: count }, (_, i) => Math.round((i * (frames - 1)) / (count - 1)));
}

function checkSpec({ frames, size, frameMs = 40 }: FaceClipSpec): void {
  if (!(Number.isInteger(frames) && frames >= 1 && frames <= 1024 && Number.isInteger(size) && size >= 8 && size <= 2048 && frameMs > 0)) {
    throw new VerilensError('BAD_OPTION', 'face clips of this size cannot be cut', {
      place: PLACE,
      expected: 'frames 1..1024, size 8..2048, frameMs positive',
      got: `frames ${frames}, size ${size}, frameMs ${frameMs}`,
    });
  }
}
