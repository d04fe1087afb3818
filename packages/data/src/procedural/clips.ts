import { VerilensError } from '@verilens/core';
import { createRandom, type Random } from '../random.ts';
import { drawFrame, facePoints, gridOf } from './draw.ts';
import { type ForgeryType, forgeryTypes, forgeScene, type Scene, type Workspace, workspaceOf } from './forgeries.ts';
import { drawIdentity } from './identity.ts';
import { drawMotion } from './motion.ts';
import { type ProceduralParameters, proceduralParameters } from './parameters.ts';

export type ClipType = 'real' | ForgeryType;

export interface ProceduralClipOptions {
  /** Fixes every clip together with its number. Different seeds never share a person, a donor or a motion. */
  readonly seed: number | string;
  readonly count: number;
  readonly type: ClipType;
  /** Number of the first clip, default 0. Clip n is the same whichever call makes it. */
  readonly first?: number;
  /** Side of a frame in pixels: an even number, 16 to 256. Default 32; 48 and 64 have been looked at too. */
  readonly size?: number;
  /** Default 8. */
  readonly frames?: number;
  readonly parameters?: ProceduralParameters;
}

/** A set of clips of one size. */
export interface ClipBatch {
  /** RGB, 0..255, [count, frames, size, size, 3]. */
  readonly pixels: Uint8Array;
  readonly count: number;
  readonly frames: number;
  readonly size: number;
}

export interface ProceduralClips extends ClipBatch {
  /** Whose head each clip shows: one person a clip, none shared between seeds. */
  readonly identities: readonly string[];
  readonly types: readonly ClipType[];
  /**
   * Key points of the face in frame pixels, [count, frames, 6, 2]: the person's right eye, left eye, nose tip, mouth,
   * right ear, left ear.
   */
  readonly points: Float32Array;
  /** Version of the parameters. */
  readonly version: string;
}

/**
 * Draws clips of moving faces, real or forged, from numbers alone: the same bytes on every machine. Clip n of one seed
 * shows the same person with the same motion in every type (twins), but with its own noise.
 * @throws VerilensError BAD_OPTION
 * @example
 * const { pixels } = proceduralClips({ seed: 0, count: 100, type: 'swap' }); // [100, 8, 32, 32, 3]
 */
export function proceduralClips(options: ProceduralClipOptions): ProceduralClips {
  const { seed, count, type, first = 0, size = 32, frames = 8, parameters = proceduralParameters } = options;
  check('count', count, Number.isSafeInteger(count) && count >= 0, 'a whole number, 0 or more');
  check('first', first, Number.isSafeInteger(first) && first >= 0, 'a whole number, 0 or more');
  check('size', size, Number.isInteger(size) && size >= 16 && size <= 256 && size % 2 === 0, 'an even number of pixels, 16 to 256');
  check('frames', frames, Number.isInteger(frames) && frames >= 1 && frames <= 1024, 'a whole number, 1 to 1024');
  check('type', type, type === 'real' || forgeryTypes.includes(type), `real, ${forgeryTypes.join(', ')}`);
  const { factor } = parameters.resample;
  check(
    'parameters.resample.factor',
    factor,
    Number.isInteger(factor) && factor >= 1 && size % factor === 0,
    'a whole number that divides the size',
  );
  check(
    'clips',
    count * frames * size * size * 3,
    count * frames * size * size * 3 <= 2 ** 31,
    'at most 2 GiB of pixels a call; ask for fewer clips at a time with `first`',
  );

  const root = createRandom(seed).fork(parameters.version);
  const work = workspaceOf(gridOf(size, parameters));
  const length = frames * size * size * 3;
  const pixels = new Uint8Array(count * length);
  const points = new Float32Array(count * frames * 12);
  for (let i = 0; i < count; i++) {
    const scene = sceneOf(root.fork(first + i), type, frames, work, parameters);
    const noise = root
      .fork(first + i)
      .fork('noise')
      .fork(type);
    for (let t = 0; t < frames; t++) {
      drawFrame(work.canvas, work.grid, scene.person, scene.motion, t);
      scene.finish?.(work.canvas, t);
      develop(work, noise, parameters.sensorNoise, pixels, i * length + t * size * size * 3);
      points.set(facePoints(work.grid, scene.person, scene.motion, t), (i * frames + t) * 12);
    }
  }
  return {
    pixels,
    count,
    frames,
    size,
    points,
    version: parameters.version,
    identities: Array.from({ length: count }, (_, i) => `${parameters.version}/${seed}/${first + i}`),
    types: new Array<ClipType>(count).fill(type),
  };
}

function sceneOf(random: Random, type: ClipType, frames: number, work: Workspace, parameters: ProceduralParameters): Scene {
  const { side } = work.grid;
  const scene: Scene = {
    person: drawIdentity(random.fork('identity'), side, parameters),
    motion: drawMotion(random.fork('motion'), frames, parameters),
  };
  if (type === 'real') return scene;
  const donor = (): ReturnType<typeof drawIdentity> => drawIdentity(random.fork('donor'), side, parameters);
  return forgeScene(type, scene, donor, random.fork(type), work, parameters);
}

/** Pools the drawing 2 x 2, adds sensor noise and rounds to 8 bits. */
function develop(work: Workspace, noise: Random, deviation: number, pixels: Uint8Array, at: number): void {
  const { canvas } = work;
  const { size, side } = work.grid;
  const down = side * 3;
  let to = at;
  for (let y = 0; y < size; y++) {
    for (let x = 0; x < size; x++) {
      const from = (2 * y * side + 2 * x) * 3;
      for (let c = from; c < from + 3; c++) {
        const mean = (canvas[c]! + canvas[c + 3]! + canvas[c + down]! + canvas[c + down + 3]!) / 4;
        const value = 255 * (mean + noise.normal(0, deviation));
        pixels[to++] = value <= 0 ? 0 : value >= 255 ? 255 : Math.floor(value + 0.5);
      }
    }
  }
}

function check(name: string, got: unknown, fine: boolean, expected: string): void {
  if (!fine) throw new VerilensError('BAD_OPTION', `${name} cannot be used`, { place: 'data/procedural', expected, got: String(got) });
}
