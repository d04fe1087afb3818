import {
  type Box,
  type Embedding,
  type Image,
  type Recognition,
  type RecognizedTrack,
  type Recognizer,
  type Subject,
  throwIfAborted,
  VerilensError,
  type VideoFrame,
} from '@verilens/core';
import { crop } from '@verilens/vision';
import { pairFaces } from './tracks.ts';

export interface RecognizeOptions {
  /** Rate of a whole search of the gallery, 0..1. Default: the recognizer's. */
  readonly maxFalseAcceptRate?: number;
  /** Candidates for each person. Default 5. */
  readonly top?: number;
  /** A person away for longer is looked for by looks alone. Default 1500. */
  readonly maxGapMs?: number;
  readonly onProgress?: (progress: { readonly frames: number; readonly timestampMs: number; readonly people: number }) => void;
  readonly signal?: AbortSignal;
}

interface Track {
  readonly id: number;
  /** Sum of the looks' vectors, weighed by quality. */
  readonly sum: Float64Array;
  looks: number;
  startMs: number;
  endMs: number;
  box: Box;
  best: { readonly worth: number; readonly timestampMs: number; readonly box: Box; readonly picture: Image };
}

/** Below this calibrated similarity a face in the same place is somebody else: after a cut two people share a place. */
const SOMEBODY_ELSE = 0.05;
const PLACE = 'faces/recognize';

/**
 * Everyone in the frames of a photo or video, each recognised once, from the mean of all their embeddings: one blurred
 * frame then decides nothing. People are followed by place, and told apart and found again by looks. Memory does not grow
 * with the length of the video.
 *
 * @throws VerilensError UNSUPPORTED when the recognizer has no calibration, ABORTED
 * @example
 * const { tracks } = await recognizeFrames(recognizer, media.frames({ sampling: { fps: 2 } }));
 */
export async function recognizeFrames(
  recognizer: Recognizer,
  frames: AsyncIterable<VideoFrame>,
  options: RecognizeOptions = {},
): Promise<Recognition> {
  const { maxGapMs = 1500, onProgress, signal } = options;
  const started = performance.now();
  const tracks: Track[] = [];
  const rejected = new Map<string, number>();
  let count = 0;
  let device = undefined as Embedding['device'] | undefined;
  for await (const { image, timestampMs } of frames) {
    throwIfAborted(signal, PLACE);
    const seen = await recognizer.embedAll(image, { signal });
    device = seen.device;
    count++;
    for (const { reason } of seen.rejected) rejected.set(reason, (rejected.get(reason) ?? 0) + 1);
    const homes = await assign(recognizer, tracks, seen.subjects, timestampMs, maxGapMs);
    for (const [index, subject] of seen.subjects.entries()) {
      const track = homes[index];
      if (track === undefined) tracks.push(newTrack(tracks.length, subject, image, timestampMs));
      else addLook(track, subject, image, timestampMs);
    }
    onProgress?.({ frames: count, timestampMs, people: tracks.length });
  }
  if (device === undefined) throw new VerilensError('BAD_INPUT', 'there is no frame to look at', { place: PLACE });
  const answers: RecognizedTrack[] = [];
  for (const { id, looks, startMs, endMs, best, sum } of tracks) {
    const embedding: Embedding = { vector: unit(sum), model: recognizer.model, device, durationMs: 0 };
    const identification = await recognizer.identify(embedding, {
      maxFalseAcceptRate: options.maxFalseAcceptRate,
      top: options.top,
      signal,
    });
    answers.push({
      trackId: id,
      startMs,
      endMs,
      looks,
      timestampMs: best.timestampMs,
      box: best.box,
      picture: best.picture,
      identification,
    });
  }
  return {
    tracks: answers,
    frames: count,
    rejected: [...rejected].map(([reason, times]) => ({ reason, count: times })),
    device,
    durationMs: performance.now() - started,
  };
}

/** For each subject the track it goes on with: by place first, then by looks. */
async function assign(
  recognizer: Recognizer,
  tracks: readonly Track[],
  subjects: readonly Subject[],
  timestampMs: number,
  maxGapMs: number,
): Promise<readonly (Track | undefined)[]> {
  const near = tracks.filter((track) => timestampMs - track.endMs <= maxGapMs);
  const partners = pairFaces(
    near.map(({ box }) => box),
    subjects.map(({ box }) => box),
  );
  const homes: (Track | undefined)[] = [];
  const taken = new Set<Track>();
  for (const [index, { embedding }] of subjects.entries()) {
    const track = near[partners[index]!];
    if (track === undefined) continue;
    const { similarity } = await recognizer.compare(embeddingOf(track, embedding), embedding);
    if (similarity < SOMEBODY_ELSE) continue;
    homes[index] = track;
    taken.add(track);
  }
  for (const [index, { embedding }] of subjects.entries()) {
    if (homes[index] !== undefined) continue;
    let nearest: { readonly track: Track; readonly distance: number } | undefined;
    for (const track of tracks) {
      if (taken.has(track)) continue;
      const { match, distance } = await recognizer.compare(embeddingOf(track, embedding), embedding);
      if (match && distance < (nearest?.distance ?? Infinity)) nearest = { track, distance };
    }
    if (nearest === undefined) continue;
    homes[index] = nearest.track;
    taken.add(nearest.track);
  }
  return homes;
}

function embeddingOf({ sum }: Track, like: Embedding): Embedding {
  return { ...like, vector: unit(sum) };
}

function newTrack(id: number, subject: Subject, image: Image, timestampMs: number): Track {
  const sum = new Float64Array(subject.embedding.vector.length);
  const best = { worth: -1, timestampMs, box: subject.box, picture: image };
  const track: Track = { id, sum, looks: 0, startMs: timestampMs, endMs: timestampMs, box: subject.box, best };
  addLook(track, subject, image, timestampMs);
  return track;
}

function addLook(track: Track, { box, embedding }: Subject, image: Image, timestampMs: number): void {
  const weight = Math.max(0.01, embedding.quality ?? 1);
  for (const [index, value] of embedding.vector.entries()) track.sum[index]! += weight * value;
  track.looks++;
  track.startMs = Math.min(track.startMs, timestampMs);
  track.endMs = Math.max(track.endMs, timestampMs);
  track.box = box;
  const worth = weight * Math.sqrt(box.width * box.height);
  if (worth > track.best.worth) track.best = { worth, timestampMs, box, picture: surroundingsOf(image, box) };
}

/** The box and a quarter of it on each side, as far as the picture goes. */
function surroundingsOf(image: Image, box: Box): Image {
  const left = Math.min(image.width - 1, Math.max(0, Math.floor(box.x - box.width / 4)));
  const top = Math.min(image.height - 1, Math.max(0, Math.floor(box.y - box.height / 4)));
  const right = Math.min(image.width, Math.max(left + 1, Math.ceil(box.x + 1.25 * box.width)));
  const bottom = Math.min(image.height, Math.max(top + 1, Math.ceil(box.y + 1.25 * box.height)));
  return crop(image, { x: left, y: top, width: right - left, height: bottom - top });
}

function unit(sum: Float64Array): Float32Array {
  const norm = Math.sqrt(sum.reduce((total, value) => total + value * value, 0)) || 1;
  return Float32Array.from(sum, (value) => value / norm);
}
