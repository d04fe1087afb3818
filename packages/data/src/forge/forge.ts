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
  const { random, parameters = FORGE_PARAMETERS, donors = [], moments = [] } = options;
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
  return render(source, drawWarp(random.fork('warp'), parameters), random, parameters, operation, forger, donor?.identity);
}

/** How a real clip is made: `fresh` as training's real class; the others must look the same to a detector of forgeries. */
export type RealControl = 'fresh' | 'interpolated-again' | 'no-warp';

/** A real clip with the warp, noise and JPEG laws of forged ones. */
export function realClip(source: SourceClip, options: { random: Random; parameters?: ForgeParameters; control?: RealControl }): ForgedClip {
  const { random, parameters = FORGE_PARAMETERS, control = 'fresh' } = options;
  const warp: Affine = control === 'no-warp' ? [1, 0, 0, 0, 1, 0] : drawWarp(random.fork('warp'), parameters);
  return render(source, warp, random, parameters, 'real', control === 'interpolated-again' ? halfPixel : undefined);
}

function render(
  source: SourceClip,
  warp: Affine,
  random: Random,
  parameters: ForgeParameters,
  operation: ForgeOperation | 'real',
  forger: FrameForger | ((t: number, target: { work: Work }) => unknown) | undefined,
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

/** Once more bilinear, half a pixel aside: a control, as forgeries must not be known by a second interpolation. */
function halfPixel(_t: number, { work }: { work: Work }): void {
  const { data, width, height } = work;
  const from = data.slice();
  const line = width * 3;
  for (let y = 0; y < height; y++) {
    const up = y * line;
    const down = Math.min(height - 1, y + 1) * line;
    for (let x = 0; x < width; x++) {
      const a = x * 3;
      const b = Math.min(width - 1, x + 1) * 3;
      for (let c = 0; c < 3; c++)
        data[up + a + c] = (from[up + a + c]! + from[up + b + c]! + from[down + a + c]! + from[down + b + c]!) / 4;
    }
  }
}
