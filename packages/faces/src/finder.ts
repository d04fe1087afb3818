import { throwIfAborted, VerilensError, type Box, type Face, type Image, type ModelSource, type Runtime } from '@verilens/core';
import { blendOverlapping, boxArea, intersectionArea } from '@verilens/vision';
import { INPUT_SIZE, type BlazeFaceVariant } from './anchors.ts';
import { loadBlazeFace, type BlazeFace } from './blazeface.ts';
import type { Area } from './letterbox.ts';
import { continuity } from './tracks.ts';

export interface FaceFinderOptions {
  /** `back` (256 px input) sees smaller faces; `front` (128 px) is several times faster. Default `back`. */
  readonly model?: BlazeFaceVariant;
  /** Where the model file is; default: the one in this package. The bytes must have the card's SHA-256. */
  readonly source?: ModelSource;
  /** Where the file of `front` is, by which faces are followed; needed beside `source` only. Without it nothing is followed. */
  readonly followSource?: ModelSource;
  /** 0..1, default 0.5. */
  readonly minScore?: number;
  /** The best so many faces of a picture, default 16. */
  readonly maxFaces?: number;
  /** Faces with a narrower box are rejected as `too-small`. Default 20. */
  readonly minFaceSizePx?: number;
  /**
   * Second pass over overlapping square tiles of so many pixels, for small faces in large pictures.
   * Pictures no larger than one tile get no second pass. Default: none.
   */
  readonly tilePx?: number;
  readonly signal?: AbortSignal;
}

/** Why an answer of the network is not among the faces. */
export type FaceRejection = 'too-small' | 'implausible' | 'beyond-max-faces';

export interface FaceFinding {
  /** Best first. */
  readonly faces: readonly Face[];
  readonly rejected: readonly { readonly face: Face; readonly reason: FaceRejection }[];
}

/** Finds faces in pictures with BlazeFace. */
export interface FaceFinder extends AsyncDisposable {
  readonly model: BlazeFaceVariant;
  /** Faces with six key points each, best first. */
  find(image: Image, options?: { signal?: AbortSignal }): Promise<Face[]>;
  /**
   * Known faces again in a neighbouring frame, in the same order; undefined for one not seen there. Looks only around
   * them with the small network: about a fifth of the time of `find`, key points as exact. Undefined where it cannot.
   */
  readonly follow?: (image: Image, faces: readonly Face[], options?: { signal?: AbortSignal }) => Promise<(Face | undefined)[]>;
  /** The same as `find`, with the answers that were rejected and why. */
  examine(image: Image, options?: { signal?: AbortSignal }): Promise<FaceFinding>;
  dispose(): Promise<void>;
}

const PLACE = 'faces/finder';

/**
 * A face finder that works, or an error.
 *
 * @throws VerilensError BAD_OPTION, BAD_MODEL, NOT_FOUND, ABORTED
 * @example
 * const finder = await createFaceFinder(await native());
 * const faces = await finder.find(image);
 */
export async function createFaceFinder(runtime: Runtime, options: FaceFinderOptions = {}): Promise<FaceFinder> {
  const model = options.model ?? 'back';
  if (!Object.hasOwn(INPUT_SIZE, model)) {
    throw new VerilensError('BAD_OPTION', 'no such face model', { place: PLACE, expected: "'back' or 'front'", got: String(model) });
  }
  const minScore = within(options.minScore ?? 0.5, 'minScore', 0.01, 1);
  const maxFaces = within(options.maxFaces ?? 16, 'maxFaces', 1, 1000);
  const minFaceSizePx = within(options.minFaceSizePx ?? 20, 'minFaceSizePx', 1, 1e5);
  const tilePx = options.tilePx === undefined ? undefined : within(options.tilePx, 'tilePx', 64, 1e5);
  const finder = await loadBlazeFace(runtime, model, minScore, options.source, options.signal);
  const look = finder.look;
  // Without an address of its own the follower lies beside the finder: nobody who gave one address is asked for two.
  const follows = options.source === undefined || options.followSource !== undefined;
  let follower: BlazeFace | undefined;
  if (follows) {
    try {
      follower = await loadBlazeFace(runtime, 'front', minScore, options.followSource, options.signal);
    } catch (error) {
      await finder.dispose();
      throw error;
    }
  }

  async function examine(image: Image, call: { signal?: AbortSignal } = {}): Promise<FaceFinding> {
    checkImage(image);
    const whole = { x: 0, y: 0, width: image.width, height: image.height };
    let found = await look(image, whole, call.signal);
    if (tilePx !== undefined && Math.max(image.width, image.height) > tilePx) {
      const inTiles: Face[] = [];
      for (const tile of tiles(image, tilePx)) {
        throwIfAborted(call.signal, PLACE);
        // A face cut by a tile's inner edge is seen whole by the neighbouring tile.
        for (const face of await look(image, tile, call.signal)) if (!touchesInnerEdge(face, tile, image)) inTiles.push(face);
      }
      found = mergePasses(found, inTiles);
    }
    found.sort((a, b) => b.score - a.score);
    const faces: Face[] = [];
    const rejected: { face: Face; reason: FaceRejection }[] = [];
    for (const face of found) {
      if (!plausible(face, image)) rejected.push({ face, reason: 'implausible' });
      else if (face.box.width < minFaceSizePx) rejected.push({ face, reason: 'too-small' });
      else if (faces.length >= maxFaces) rejected.push({ face, reason: 'beyond-max-faces' });
      else faces.push(face);
    }
    return { faces, rejected };
  }

  const dispose = async (): Promise<void> => {
    await finder.dispose();
    await follower?.dispose();
  };
  return {
    model,
    examine,
    find: async (image, call) => [...(await examine(image, call)).faces],
    follow:
      follower === undefined
        ? undefined
        : async (image, faces, call) => {
            checkImage(image);
            const area = faces.map(({ box }) => around(box, image));
            const answers = await Promise.all(area.map((part) => follower.look(image, part, call?.signal)));
            return answers.map((found, i) => sameFace(faces[i]!, found, image));
          },
    dispose,
    [Symbol.asyncDispose]: dispose,
  };
}

/** The square a face is looked for again in: 2.7 times its box, where the key points of `front` agree best with those of `back`. */
function around({ x, y, width, height }: Box, image: Image): Area {
  const half = 1.35 * Math.max(width, height);
  const left = clamp(Math.floor(x + width / 2 - half), 0, image.width - 1);
  const top = clamp(Math.floor(y + height / 2 - half), 0, image.height - 1);
  const right = clamp(Math.ceil(x + width / 2 + half), left + 1, image.width);
  const bottom = clamp(Math.ceil(y + height / 2 + half), top + 1, image.height);
  return { x: left, y: top, width: right - left, height: bottom - top };
}

function clamp(value: number, low: number, high: number): number {
  return Math.max(low, Math.min(high, value));
}

/** The answer that goes on from a face; undefined when none does. */
function sameFace(face: Face, found: readonly Face[], image: Image): Face | undefined {
  const [best] = found
    .filter((candidate) => plausible(candidate, image))
    .map((candidate) => ({ candidate, score: continuity(face.box, candidate.box) }))
    .sort((a, b) => b.score - a.score);
  return best !== undefined && best.score > 0 ? best.candidate : undefined;
}

function within(value: number, name: string, low: number, high: number): number {
  if (!(value >= low && value <= high)) {
    throw new VerilensError('BAD_OPTION', `${name} out of range`, { place: PLACE, expected: `${low}..${high}`, got: String(value) });
  }
  return value;
}

function checkImage(image: Image): void {
  const { width, height, data } = image;
  if (!(Number.isInteger(width) && Number.isInteger(height) && width > 0 && height > 0 && data?.length === width * height * 4)) {
    throw new VerilensError('BAD_INPUT', 'not an RGBA picture', {
      place: PLACE,
      expected: 'data of width * height * 4 bytes',
      got: `${data?.length} bytes for ${width}x${height}`,
    });
  }
}

/** Overlapping squares (a third of their side shared) that cover the picture. */
function tiles(image: Image, side: number): Area[] {
  const starts = (length: number): number[] => {
    if (length <= side) return [0];
    const count = Math.ceil((length - side) / ((side * 2) / 3)) + 1;
    return Array.from({ length: count }, (_, i) => Math.round(((length - side) * i) / (count - 1)));
  };
  return starts(image.height).flatMap((y) =>
    starts(image.width).map((x) => ({ x, y, width: Math.min(side, image.width), height: Math.min(side, image.height) })),
  );
}

function touchesInnerEdge({ box }: Face, tile: Area, image: Image): boolean {
  const margin = 2;
  return (
    (tile.x > 0 && box.x < tile.x + margin) ||
    (tile.y > 0 && box.y < tile.y + margin) ||
    (tile.x + tile.width < image.width && box.x + box.width > tile.x + tile.width - margin) ||
    (tile.y + tile.height < image.height && box.y + box.height > tile.y + tile.height - margin)
  );
}

/** Tiles see a small face better than the whole picture does; the whole picture sees a large one that no tile holds. */
function mergePasses(whole: readonly Face[], inTiles: readonly Face[]): Face[] {
  const merged = blendOverlapping([...whole, ...inTiles]);
  merged.sort((a, b) => b.score - a.score);
  const kept: Face[] = [];
  // Parts of a large face answer as small faces inside it.
  for (const face of merged) if (!kept.some((other) => covered(face, other) > 0.6)) kept.push(face);
  return kept;
}

/** Share of the smaller box that the other one covers, 0..1. */
function covered(a: Face, b: Face): number {
  return intersectionArea(a.box, b.box) / Math.min(boxArea(a.box), boxArea(b.box));
}

/** Eyes apart, mouth below them in the face's own frame, the box at least partly inside the picture. */
function plausible({ box, keypoints }: Face, image: Image): boolean {
  const [right, left, , mouth] = keypoints;
  const values = [box.x, box.y, box.width, box.height, ...keypoints.flat()];
  if (!values.every(Number.isFinite)) return false;
  const eyesX = left[0] - right[0];
  const eyesY = left[1] - right[1];
  const eyes = Math.hypot(eyesX, eyesY);
  const downX = mouth[0] - (left[0] + right[0]) / 2;
  const downY = mouth[1] - (left[1] + right[1]) / 2;
  const across = (eyesX * downY - eyesY * downX) / Math.max(eyes, 1e-6); // distance of the mouth from the eye line
  const centreX = box.x + box.width / 2;
  const centreY = box.y + box.height / 2;
  return (
    Math.max(eyes, across) > 0.2 * box.width &&
    across > 0.15 * box.width &&
    centreX > 0 &&
    centreY > 0 &&
    centreX < image.width &&
    centreY < image.height
  );
}
