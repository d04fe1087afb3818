import { throwIfAborted, VerilensError, type Face, type Image, type Point, type VideoFrame } from '@verilens/core';
import { continuity, surroundings, type FaceFinder } from '@verilens/faces';
import { crop, translation } from '@verilens/vision';
import { createRandom, type Random } from '../random.ts';
import type { SoftMask } from './mask.ts';
import { frameForger, type FaceMoment, type ForgeOperation, type FrameForger } from './operations.ts';
import { FORGE_PARAMETERS, type ForgeParameters } from './parameters.ts';
import type { Work } from './pixels.ts';
import { sourceScale, type SourceClip, type SourcePhoto } from './source.ts';

export interface ForgeVideoOptions {
  /** `swap`, `paste`: the face put in. A clip is played forwards and backwards, so that it never jumps. */
  readonly donor?: SourceClip | SourcePhoto;
  /** `reenact`: windows of the same video. Without them mouths come from the last `reenact.rangeFrames` frames. */
  readonly moments?: readonly SourceClip[];
  readonly seed?: number | string;
  readonly parameters?: ForgeParameters;
  readonly signal?: AbortSignal;
}

/** A frame of the forged twin. */
export interface ForgedFrame extends VideoFrame {
  /** Whether a face was forged in it; without a face a frame passes untouched. */
  readonly forged: boolean;
}

/** Frames on each side that steady a frame's key points. */
const REACH = 4;
const SIGMA = 2;
const PLACE = 'data/forge-video';

interface Seen {
  readonly frame: VideoFrame;
  readonly face: Face | undefined;
}

/**
 * The forged twin of a video: the most prominent face of every frame, forged in the full frame. Outside the mask pixels
 * are the source's own bytes; inside they are interpolated once from the donor's source. The same operations and
 * parameters as `forgeClip`, scaled to the face's size in each frame. Streams, holding a few frames (and mouth patches for `reenact`).
 *
 * @throws VerilensError BAD_OPTION when the operation has no donor, ABORTED
 * @example
 * for await (const { image } of forgeVideo(video.frames(), finder, 'swap', { donor, seed: 1 })) write(image);
 */
export async function* forgeVideo(
  frames: AsyncIterable<VideoFrame>,
  finder: FaceFinder,
  operation: ForgeOperation,
  options: ForgeVideoOptions = {},
): AsyncGenerator<ForgedFrame, void, undefined> {
  const { donor, seed = 0, parameters = FORGE_PARAMETERS, signal } = options;
  if ((operation === 'swap' || operation === 'paste') && donor === undefined) {
    throw new VerilensError('BAD_OPTION', `${operation} has no donor`, { place: PLACE, expected: 'options.donor' });
  }
  const random = createRandom(seed);
  const past = operation === 'reenact' ? createPast(parameters.reenact.rangeFrames, options.moments) : undefined;
  const buffer: Seen[] = [];
  let forger: FrameForger | undefined;
  let last: Face | undefined;
  let at = 0; // place in the buffer of the frame to deliver next

  const deliver = (): ForgedFrame => {
    const { frame } = buffer[at]!;
    const keypoints = steady(buffer, at);
    if (keypoints === undefined) return { ...frame, forged: false };
    past?.add(frame, keypoints);
    forger ??= frameForger(operation, { donor: donor && donorMoments(donor), moment: past?.any }, random.fork('operation'), parameters);
    return { ...frame, image: forgeFrame(frame, keypoints, forger, parameters), forged: true };
  };

  for await (const frame of frames) {
    throwIfAborted(signal, PLACE);
    const face = follow(await finder.find(frame.image, { signal }), last);
    last = face ?? last;
    // Neighbours in the file, not merely in the stream: key points are not averaged over a gap.
    if (buffer.length > 0 && frame.index !== buffer.at(-1)!.frame.index + 1) {
      for (; at < buffer.length; at++) yield deliver();
      buffer.length = 0;
      at = 0;
    }
    buffer.push({ frame, face });
    if (buffer.length - at > REACH) {
      yield deliver();
      at++;
    }
    while (at > REACH) {
      buffer.shift();
      at--;
    }
  }
  for (; at < buffer.length; at++) yield deliver();
}

function forgeFrame(frame: VideoFrame, keypoints: readonly Point[], forger: FrameForger, { workSize }: ForgeParameters): Image {
  const { image } = frame;
  const area = surroundings(keypoints, 1.25, image.width, image.height);
  const work: Work = { data: new Float32Array(area.width * area.height * 3), width: area.width, height: area.height };
  for (let y = 0, to = 0; y < area.height; y++) {
    let from = ((area.y + y) * image.width + area.x) * 4;
    for (let x = 0; x < area.width; x++, from += 4) {
      work.data[to++] = image.data[from]!;
      work.data[to++] = image.data[from + 1]!;
      work.data[to++] = image.data[from + 2]!;
    }
  }
  // A whole-pixel shift: the target itself is not interpolated.
  const transform = translation(-area.x, -area.y);
  const mask = forger(frame.index, { image, keypoints, work, transform, unit: sourceScale(keypoints, workSize) });
  const out: Image = { data: new Uint8ClampedArray(image.data), width: image.width, height: image.height };
  writeBack(out, work, mask, area);
  return out;
}

function writeBack(image: Image, work: Work, mask: SoftMask, area: { readonly x: number; readonly y: number }): void {
  for (let y = 0; y < mask.height; y++) {
    for (let x = 0; x < mask.width; x++) {
      if (mask.weights[y * mask.width + x] === 0) continue;
      const from = ((mask.y + y) * work.width + mask.x + x) * 3;
      const to = ((area.y + mask.y + y) * image.width + area.x + mask.x + x) * 4;
      for (let c = 0; c < 3; c++) image.data[to + c] = Math.max(0, Math.min(255, Math.round(work.data[from + c]!)));
    }
  }
}

/** The face that goes on from the last one; without one the most prominent. */
function follow(faces: readonly Face[], last: Face | undefined): Face | undefined {
  const rank = (face: Face): number =>
    (last === undefined ? 0 : 10 * Math.sign(continuity(last.box, face.box))) +
    face.score * Math.sqrt(face.box.width * face.box.height) * 1e-3;
  return faces.reduce<Face | undefined>((best, face) => (best === undefined || rank(face) > rank(best) ? face : best), undefined);
}

/** Key points averaged over neighbouring frames that show the same face (Gaussian weights); undefined when the frame shows none. */
function steady(buffer: readonly Seen[], at: number): Point[] | undefined {
  const here = buffer[at]!.face;
  if (here === undefined) return undefined;
  const sum = here.keypoints.map(() => [0, 0] as [number, number]);
  // As far to one side as to the other, or a moving face would be pulled back at the ends.
  let reach = 0;
  const same = (i: number): boolean => buffer[i]?.face !== undefined && continuity(here.box, buffer[i].face.box) > 0;
  while (reach < REACH && same(at - reach - 1) && same(at + reach + 1)) reach++;
  let total = 0;
  for (let d = -reach; d <= reach; d++) {
    const weight = Math.exp((-d * d) / (2 * SIGMA * SIGMA));
    total += weight;
    buffer[at + d]!.face!.keypoints.forEach(([x, y], k) => {
      sum[k]![0] += weight * x;
      sum[k]![1] += weight * y;
    });
  }
  return sum.map(([x, y]): Point => [x / total, y / total]);
}

function donorMoments(donor: SourceClip | SourcePhoto): (t: number) => FaceMoment {
  if (!('images' in donor)) return () => donor;
  const period = Math.max(1, 2 * (donor.images.length - 1));
  return (t) => {
    const phase = t % period;
    const k = phase < donor.images.length ? phase : period - phase;
    return { image: donor.images[k]!, keypoints: donor.keypoints[k]! };
  };
}

/** Other moments of the video: given ones, or the faces of the last `range` frames, each as steady as the target's. */
function createPast(
  range: number,
  given: readonly SourceClip[] = [],
): { add(frame: VideoFrame, keypoints: readonly Point[]): void; any(index: number, random: Random): FaceMoment } {
  const kept: (FaceMoment & { readonly index: number })[] = given.flatMap((clip) =>
    clip.images.map((image, t) => ({ image, keypoints: clip.keypoints[t]!, index: clip.startIndex + t })),
  );
  return {
    add({ image, index }, keypoints) {
      if (given.length > 0) return;
      const area = surroundings(keypoints, 1.1, image.width, image.height);
      kept.push({ image: crop(image, area), keypoints: keypoints.map(([x, y]): Point => [x - area.x, y - area.y]), index });
      if (kept.length > range) kept.shift();
    },
    any(index, random) {
      const near = kept.filter((moment) => Math.abs(moment.index - index) <= range);
      if (near.length > 0) return random.choice(near);
      throw new VerilensError('BAD_OPTION', 'reenact has no other moment of the video', {
        place: PLACE,
        expected: `moments within ${range} frames of frame ${index}`,
        got: `${given.length} windows`,
        remedy: 'Give windows from the whole video, or none.',
      });
    },
  };
}
