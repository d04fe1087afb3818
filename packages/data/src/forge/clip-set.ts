import { throwIfAborted, VerilensError, type VideoFrame } from '@verilens/core';
import { facesOfImage, faceClips, faceTurn, type FaceFinder } from '@verilens/faces';
import type { Image } from '@verilens/core';
import { createRandom, type Random } from '../random.ts';
import { forgeClip, realClip, type ForgedClip, type RealControl } from './forge.ts';
import { FORGE_OPERATIONS, type ForgeOperation } from './operations.ts';
import { FORGE_PARAMETERS, type ForgeParameters } from './parameters.ts';
import { animatePhoto, reducePhoto, sourceFromClip, sourceFromPhoto, type SourceClip, type SourcePhoto } from './source.ts';

const PLACE = 'data/forge/clip-set';

/** Every window of a video in which a face was followed, with source pixels (a few hundred kB per frame stay in memory). */
export async function sourcesOfVideo(
  frames: AsyncIterable<VideoFrame>,
  finder: FaceFinder,
  identity: string,
  options: { frames?: number; frameMs?: number; parameters?: ForgeParameters; sourceFactor?: number; signal?: AbortSignal } = {},
): Promise<SourceClip[]> {
  const { frames: length = 8, frameMs, parameters = FORGE_PARAMETERS, sourceFactor = 1.35, signal } = options;
  const sources: SourceClip[] = [];
  const spec = { frames: length, size: 8, frameMs }; // the crops themselves are not used: forging interpolates from the source
  for await (const clip of faceClips(frames, finder, spec, { keepSource: true, sourceFactor, maxTracks: 1, signal })) {
    sources.push(sourceFromClip(clip, identity, parameters.workSize));
  }
  return sources;
}

/**
 * The faces of photographs, each an identity of its own named `name#index`, reduced to the size faces have in videos.
 * Profiles are left out: half of their inner face cannot be seen.
 */
export async function sourcesOfPhotos(
  photos: Iterable<{ readonly name: string; readonly image: Image }>,
  finder: FaceFinder,
  options: { cropSidePx?: number; maxTurn?: number; signal?: AbortSignal } = {},
): Promise<SourcePhoto[]> {
  const { cropSidePx = 160, maxTurn = 0.3, signal } = options;
  const sources: SourcePhoto[] = [];
  for (const { name, image } of photos) {
    const faces = await facesOfImage(image, finder, { size: 8, sourceFactor: 1.5, signal });
    faces.sort((a, b) => a.face.box.x - b.face.box.x); // left to right, so that a name means the same face in every run
    faces.forEach((face, i) => {
      if (Math.abs(faceTurn(face.face.keypoints)) <= maxTurn) sources.push(reducePhoto(sourceFromPhoto(face, `${name}#${i}`), cropSidePx));
    });
  }
  return sources;
}

/** Real and forged clips with where each came from. */
export interface ClipSet {
  /** [count, frames, size, size, 3] RGB bytes */
  readonly pixels: Uint8Array;
  readonly count: number;
  readonly frames: number;
  readonly size: number;
  /** 0 real, 1 forged */
  readonly labels: Uint8Array;
  /** `real`, an operation, or `real:` and a control. */
  readonly kinds: readonly string[];
  readonly identities: readonly string[];
  /** Clips with the same number come from the same window: a forged clip and its real twin. */
  readonly windows: Int32Array;
  /** First source frame. */
  readonly startFrames: Int32Array;
  /** Whose face was put in; empty for none. */
  readonly donors: readonly string[];
  readonly parametersVersion: number;
}

export interface ClipSetOptions {
  /** Windows of one or more videos; `identity` tells people apart. */
  readonly windows: readonly SourceClip[];
  /** Photographed faces, animated, as further targets and as donors. */
  readonly photos?: readonly SourcePhoto[];
  /** Donors besides the photographs, e.g. windows of another person's video: donors that move. */
  readonly videoDonors?: readonly SourceClip[];
  readonly operations?: readonly ForgeOperation[];
  /**
   * `{ real, forged }`: so many clips, windows and photographs shuffled and repeated with fresh draws, operations in
   * turn. `{ pairs }`: so many forged clips, each after its real twin of the same window, warp, noise and JPEG: what
   * a window shows says nothing about the class. With `again`, each pair is followed by itself, interpolated once
   * more as a whole. `every-window`: each window once real, once per operation and once per control (a test set).
   */
  readonly amount:
    | { readonly real: number; readonly forged: number }
    | { readonly pairs: number; readonly again?: boolean }
    | 'every-window';
  /** Share of targets that are animated photographs (drawn amounts only). Default 0.35 when there are photos. */
  readonly photoShare?: number;
  /** Share of swap and paste donors of video targets that are the same person at another moment. Default 0. */
  readonly selfDonorShare?: number;
  readonly controls?: readonly RealControl[];
  readonly seed: number | string;
  readonly parameters?: ForgeParameters;
  readonly onProgress?: (done: number, all: number) => void;
  readonly signal?: AbortSignal;
}

interface Job {
  readonly kind: ForgeOperation | 'real';
  readonly control?: RealControl;
  readonly target: SourceClip | SourcePhoto;
  readonly window: number;
  /** Names the stream it draws from; equal for twins. */
  readonly stream?: number;
  readonly again?: boolean;
}

/**
 * A training or test set of real clips and their forgeries. Seeded: the same sources and seed give the same bytes.
 *
 * @throws VerilensError BAD_OPTION (no windows, no donors for swap or paste), ABORTED
 */
export async function buildRealClipSet(options: ClipSetOptions): Promise<ClipSet> {
  const { windows, photos = [], parameters = FORGE_PARAMETERS, seed, signal, onProgress } = options;
  const length = windows[0]?.images.length;
  if (length === undefined || windows.some(({ images }) => images.length !== length)) {
    throw new VerilensError('BAD_OPTION', 'windows cannot be used', {
      place: PLACE,
      expected: 'at least one window, all of equal length',
      got: `${windows.length} windows`,
    });
  }
  const random = createRandom(seed);
  const { amount } = options;
  const jobs = amount === 'every-window' ? everyWindow(options) : drawn(options, amount, random.fork('order'));
  const bytes = length * parameters.outputSize ** 2 * 3;
  const pixels = new Uint8Array(jobs.length * bytes);
  const labels = new Uint8Array(jobs.length);
  const windowNumbers = new Int32Array(jobs.length);
  const startFrames = new Int32Array(jobs.length);
  const kinds: string[] = [];
  const identities: string[] = [];
  const donors: string[] = [];
  for (const [i, job] of jobs.entries()) {
    if (i % 32 === 0) {
      throwIfAborted(signal, PLACE);
      onProgress?.(i, jobs.length);
      await new Promise<void>((resolve) => setTimeout(resolve)); // keeps timers and signals alive
    }
    const draw = random.fork(`${job.stream ?? i}`);
    const target = 'images' in job.target ? job.target : animatePhoto(job.target, length, draw.fork('animation'), parameters);
    const clip: ForgedClip =
      job.kind === 'real'
        ? realClip(target, { random: draw, parameters, control: job.control, interpolateAgain: job.again })
        : forgeClip(target, job.kind, {
            random: draw,
            interpolateAgain: job.again,
            parameters,
            moments: windows,
            donors: [pickDonor(target, 'images' in job.target, options, photos, length, draw.fork('donor'))].flatMap((d) => d ?? []),
          });
    pixels.set(clip.pixels, i * bytes);
    labels[i] = job.kind === 'real' ? 0 : 1;
    windowNumbers[i] = job.window;
    startFrames[i] = target.startIndex;
    kinds.push(job.kind === 'real' && job.control !== undefined ? `real:${job.control}` : job.kind);
    identities.push(clip.identity);
    donors.push(clip.donor ?? '');
  }
  onProgress?.(jobs.length, jobs.length);
  return {
    pixels,
    labels,
    kinds,
    identities,
    donors,
    startFrames,
    windows: windowNumbers,
    count: jobs.length,
    frames: length,
    size: parameters.outputSize,
    parametersVersion: parameters.version,
  };
}

function everyWindow({ windows, operations = FORGE_OPERATIONS, controls = [] }: ClipSetOptions): Job[] {
  return windows.flatMap((target, window): Job[] => [
    { kind: 'real', target, window },
    ...operations.map((kind): Job => ({ kind, target, window })),
    ...controls.map((control): Job => ({ kind: 'real', control, target, window })),
  ]);
}

function drawn(options: ClipSetOptions, amount: Exclude<ClipSetOptions['amount'], string>, random: Random): Job[] {
  const { windows, photos = [], operations = FORGE_OPERATIONS, photoShare = photos.length > 0 ? 0.35 : 0 } = options;
  const nextWindow = endless(windows.length, random);
  const nextPhoto = endless(photos.length, random);
  const target = (photoAllowed: boolean): Pick<Job, 'target' | 'window'> => {
    if (photoAllowed && photos.length > 0 && random.chance(photoShare)) {
      const at = nextPhoto();
      return { target: photos[at]!, window: windows.length + at };
    }
    const at = nextWindow();
    return { target: windows[at]!, window: at };
  };
  const forgedClips = (count: number): Job[] =>
    Array.from({ length: operations.length === 0 ? 0 : count }, (_, i): Job => {
      const kind = operations[i % operations.length]!;
      return { kind, ...target(kind !== 'reenact') }; // a photograph has no other moment
    });
  if ('pairs' in amount) {
    return forgedClips(amount.pairs).flatMap((job, stream) =>
      (amount.again === true ? [false, true] : [false]).flatMap((again): Job[] => [
        { ...job, kind: 'real', stream, again },
        { ...job, stream, again },
      ]),
    );
  }
  const real = Array.from({ length: amount.real }, (): Job => ({ kind: 'real', ...target(true) }));
  return random.shuffle([...real, ...forgedClips(amount.forged)]);
}

/** Indices in shuffled order, again and again. */
function endless(length: number, random: Random): () => number {
  let queue: number[] = [];
  return () => {
    if (queue.length === 0) queue = random.shuffle(Array.from({ length }, (_, i) => i));
    return queue.pop()!;
  };
}

/** Never the target's own identity, unless it is a self donor at another moment. */
function pickDonor(
  target: SourceClip,
  isVideo: boolean,
  options: ClipSetOptions,
  photos: readonly SourcePhoto[],
  length: number,
  random: Random,
): SourceClip | undefined {
  const { windows, videoDonors = [], selfDonorShare = 0, parameters = FORGE_PARAMETERS } = options;
  const turn = turnOf(target);
  if (isVideo && random.chance(selfDonorShare)) {
    const elsewhere = windows.filter(
      ({ identity, startIndex }) =>
        identity === target.identity && Math.abs(startIndex - target.startIndex) > parameters.reenact.rangeFrames,
    );
    const alike = turnedAlike(elsewhere, turn);
    if (alike.length > 0) return random.choice(alike);
  }
  const others = turnedAlike(
    photos.filter(({ identity }) => identity !== target.identity),
    turn,
  );
  const moving = turnedAlike(
    [...videoDonors, ...(isVideo ? [] : windows)].filter(({ identity }) => identity !== target.identity),
    turn,
  );
  // A person of the videos counts as one donor among the photographs for every three of them, however many windows.
  const useMoving = moving.length > 0 && (others.length === 0 || random.chance(isVideo ? 0.5 : 0.3));
  if (useMoving) return random.choice(moving);
  if (others.length === 0) return undefined;
  const photo = random.choice(others);
  return animatePhoto(photo, length, random, { ...parameters, animation: { shiftPx: 0, rotation: 0, scale: 0 } });
}

const ALIKE = 0.25;

function turnOf(source: SourceClip | SourcePhoto): number {
  return faceTurn('images' in source ? source.keypoints[source.keypoints.length >> 1]! : source.keypoints);
}

/**
 * Donors whose heads are turned about as the target's: an affine map cannot turn a head, and would bring the donor's
 * background into the face. The nearest one when none is.
 */
function turnedAlike<T extends SourceClip | SourcePhoto>(donors: readonly T[], turn: number): T[] {
  const near = donors.filter((donor) => Math.abs(turnOf(donor) - turn) <= ALIKE);
  if (near.length > 0 || donors.length === 0) return near;
  return [donors.reduce((best, donor) => (Math.abs(turnOf(donor) - turn) < Math.abs(turnOf(best) - turn) ? donor : best))];
}
