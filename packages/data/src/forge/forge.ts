import { VerilensError, type Affine } from '@verilens/core';
import { composeAffine, warpAffineFloat } from '@verilens/vision';
import type { Random } from '../random.ts';
import { drawFinish, finishFrame } from './finish.ts';
import { frameForger, type FaceMoment, type ForgeOperation, type FrameForger } from './operations.ts';
import { FORGE_PARAMETERS, type ForgeParameters } from './parameters.ts';
import type { Work } from './pixels.ts';
import { checkSource, drawWarp, type SourceClip } from './source.ts';

export interface ForgedClip {
  /** [frames, size, size, 3] RGB bytes */
  readonly pixels: Uint8Array;
  readonly frames: number;
  readonly size: number;
  readonly operation: ForgeOperation | 'real';
  readonly identity: string;
  /** Whose face was put in, for `swap` and `paste`. */
  readonly donor?: string;
}

export interface ForgeOptions {
  readonly random: Random;
  readonly parameters?: ForgeParameters;
  /** Interpolates the whole clip once more, a part of a pixel aside. Default false */
  readonly interpolateAgain?: boolean;
  /** `swap`, `paste`: one is drawn. */
  readonly donors?: readonly SourceClip[];
  /** `reenact`: other windows of the same video, the clip itself among them or not. */
  readonly moments?: readonly SourceClip[];
}

/**
 * A forged clip: every pixel one bilinear interpolation from its source (but for `resample`, whose trace is another),
 * then the same warp, noise and JPEG laws as `realClip`.
 *
 * @throws VerilensError BAD_OPTION when donors or moments are missing, BAD_INPUT
 */
export function forgeClip(source: SourceClip, operation: ForgeOperation, options: ForgeOptions): ForgedClip {
  const { random, parameters = FORGE_PARAMETERS, donors = [], moments = [], interpolateAgain = false } = options;
  const draw = random.fork('operation');
  const donor = operation === 'swap' || operation === 'paste' ? pickDonor(donors, operation, draw) : undefined;
  const near = operation === 'reenact' ? framesAround(source, moments, parameters.reenact.rangeFrames) : [];
  if (operation === 'reenact' && near.length === 0) {
    throw new VerilensError('BAD_OPTION', 'reenact has no other moment of the video', {
      place: 'data/forge',
      expected: `moments of ${source.identity} within ${parameters.reenact.rangeFrames} frames of frame ${source.startIndex}`,
      got: `${moments.length} windows`,
    });
  }
  const forger = frameForger(
    operation,
    {
      donor: donor && ((t) => momentOf(donor, t % donor.images.length)),
      moment: (_t, r) => r.choice(near),
    },
    draw,
    parameters,
  );
  const again = interpolateAgain ? drawAside(random.fork('again')) : undefined;
  return render(source, drawWarp(random.fork('warp'), parameters), random, parameters, operation, forger, again, donor?.identity);
}

/** How a real clip is made: `fresh` as training's real class; the others must look the same to a detector of forgeries. */
export type RealControl = 'fresh' | 'interpolated-again' | 'no-warp';

/** A real clip with the warp, noise and JPEG laws of forged ones. */
export function realClip(
  source: SourceClip,
  options: Pick<ForgeOptions, 'random' | 'parameters' | 'interpolateAgain'> & { control?: RealControl },
): ForgedClip {
  const { random, parameters = FORGE_PARAMETERS, interpolateAgain = false, control = 'fresh' } = options;
  const warp: Affine = control === 'no-warp' ? [1, 0, 0, 0, 1, 0] : drawWarp(random.fork('warp'), parameters);
  const again: Aside | undefined =
    control === 'interpolated-again' ? [0.5, 0.5] : interpolateAgain ? drawAside(random.fork('again')) : undefined;
  return render(source, warp, random, parameters, 'real', undefined, again);
}

function render(
  source: SourceClip,
  warp: Affine,
  random: Random,
  parameters: ForgeParameters,
  operation: ForgeOperation | 'real',
  forger: FrameForger | undefined,
  again: Aside | undefined,
  donor?: string,
): ForgedClip {
  checkSource(source);
  const { workSize, outputSize } = parameters;
  if (workSize % outputSize !== 0) {
    throw new VerilensError('BAD_OPTION', 'sizes do not fit', {
      place: 'data/forge',
      expected: 'workSize a whole multiple of outputSize',
      got: `${workSize} and ${outputSize}`,
    });
  }
  const frames = source.images.length;
  const bytes = outputSize * outputSize * 3;
  const pixels = new Uint8Array(frames * bytes);
  const finishing = random.fork('finish');
  const finish = drawFinish(finishing, parameters);
  const work: Work = { data: new Float32Array(workSize * workSize * 3), width: workSize, height: workSize };
  for (let t = 0; t < frames; t++) {
    const image = source.images[t]!;
    const transform = composeAffine(source.transforms[t]!, warp);
    warpAffineFloat(image, transform, workSize, workSize, { fill: 'reflect', out: work.data });
    forger?.(t, { image, keypoints: source.keypoints[t]!, work, transform, unit: 1 });
    if (again !== undefined) aside(work, ...again);
    finishFrame(work, outputSize, finish, finishing, pixels.subarray(t * bytes, (t + 1) * bytes));
  }
  return { pixels, frames, size: outputSize, operation, identity: source.identity, ...(donor === undefined ? {} : { donor }) };
}

function pickDonor(donors: readonly SourceClip[], operation: string, random: Random): SourceClip {
  if (donors.length === 0)
    throw new VerilensError('BAD_OPTION', `${operation} has no donors`, { place: 'data/forge', expected: 'at least one donor clip' });
  return random.choice(donors);
}

function momentOf(clip: SourceClip, t: number): FaceMoment {
  return { image: clip.images[t]!, keypoints: clip.keypoints[t]! };
}

function framesAround(source: SourceClip, moments: readonly SourceClip[], range: number): FaceMoment[] {
  const near: FaceMoment[] = [];
  for (const clip of moments) {
    if (clip.identity !== source.identity) continue;
    for (let t = 0; t < clip.images.length; t++) {
      if (Math.abs(clip.startIndex + t - source.startIndex) <= range) near.push(momentOf(clip, t));
    }
  }
  return near;
}

/** Where the pixels of a clip that is interpolated once more are read, in pixels right and down. */
type Aside = readonly [right: number, down: number];

function drawAside(random: Random): Aside {
  return [random.uniform(0.25, 0.75), random.uniform(0.25, 0.75)];
}

/** Once more bilinear, a part of a pixel aside, in place: forgeries must not be known by a second interpolation. */
function aside({ data, width, height }: Work, right: number, down: number): void {
  const from = data.slice();
  const line = width * 3;
  for (let y = 0; y < height; y++) {
    const here = y * line;
    const below = Math.min(height - 1, y + 1) * line;
    for (let x = 0; x < width; x++) {
      const a = x * 3;
      const b = Math.min(width - 1, x + 1) * 3;
      for (let c = 0; c < 3; c++) {
        const upper = from[here + a + c]! + right * (from[here + b + c]! - from[here + a + c]!);
        const lower = from[below + a + c]! + right * (from[below + b + c]! - from[below + a + c]!);
        data[here + a + c] = upper + down * (lower - upper);
      }
    }
  }
}
