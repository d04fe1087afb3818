import { VerilensError, type Affine, type Image, type Point } from '@verilens/core';
import { composeAffine, fitAffine, fitSimilarity, transformPoints, translation } from '@verilens/vision';
import type { Random } from '../random.ts';
import { innerFaceMask, mouthMask, partMask, type FacePart, type SoftMask } from './mask.ts';
import type { ForgeParameters } from './parameters.ts';
import { blendUnder, cutUnder, enlarge, mapColours, matchColours, reduceArea, warpUnder, type ColourMap, type Work } from './pixels.ts';

/**
 * `swap`: another person's inner face, jittering a little from frame to frame. `paste`: the same, steady, with a
 * sharper edge. `reenact`: each frame's mouth from another moment of the same video. `resample`: the inner face
 * reduced and enlarged again. `selfblend`: the own inner face shifted, scaled and tinted, jittering.
 */
export type ForgeOperation = 'swap' | 'paste' | 'reenact' | 'resample' | 'selfblend';

export const FORGE_OPERATIONS: readonly ForgeOperation[] = ['swap', 'paste', 'reenact', 'resample', 'selfblend'];

/** A picture with a face in it. */
export interface FaceMoment {
  readonly image: Image;
  /** In pixels of the picture. */
  readonly keypoints: readonly Point[];
}

/** The target frame being forged. */
export interface Target extends FaceMoment {
  /** Already interpolated pixels; changed in place. */
  readonly work: Work;
  /** Picture pixel -> work pixel. */
  readonly transform: Affine;
  /** Size of one parameter pixel in work pixels: 1 in the `workSize` crop, more or less in a full frame. */
  readonly unit: number;
}

/** What an operation takes from elsewhere, frame by frame. */
export interface Material {
  /** `swap`, `paste`: the donor's face at frame t. */
  readonly donor?: (t: number) => FaceMoment;
  /** `reenact`: the same person at another random moment around frame t. */
  readonly moment?: (t: number, random: Random) => FaceMoment;
}

/** Forges frame after frame with what was drawn once for the whole clip. Returns the mask it used. */
export type FrameForger = (t: number, target: Target) => SoftMask;

/** Eyes, nose and mouth fix the inner face; eyes, nose and ears stay put when the mouth moves. */
const INNER: readonly number[] = [0, 1, 2, 3];
const STEADY: readonly number[] = [0, 1, 2, 4, 5];

/** @throws VerilensError BAD_OPTION when the operation's material is missing */
export function frameForger(operation: ForgeOperation, material: Material, random: Random, parameters: ForgeParameters): FrameForger {
  switch (operation) {
    case 'swap':
    case 'paste':
      return donorForger(operation, need(material.donor, operation, 'donor'), random, parameters);
    case 'reenact':
      return reenactForger(need(material.moment, operation, 'moment'), random, parameters);
    case 'resample':
      return resampleForger(random, parameters);
    case 'selfblend':
      return selfblendForger(random, parameters);
    default:
      throw new VerilensError('BAD_OPTION', 'no such forging operation', {
        place: 'data/forge',
        expected: FORGE_OPERATIONS.join(', '),
        got: String(operation),
      });
  }
}

function donorForger(
  operation: 'swap' | 'paste',
  donor: (t: number) => FaceMoment,
  random: Random,
  parameters: ForgeParameters,
): FrameForger {
  const { colourMatch, softPx } = parameters[operation];
  const { jitterPx, gain } = operation === 'swap' ? parameters.swap : { jitterPx: 0, gain: 0 };
  const soft = softness(softPx, random, parameters);
  let colours: ColourMap | undefined;
  return (t, target) => {
    const keypoints = transformPoints(target.transform, target.keypoints);
    const from = donor(t);
    const fit = fitAffine(pick(from.keypoints, INNER), pick(keypoints, INNER));
    const mask = innerFaceMask(
      nearerEars(keypoints, transformPoints(fit, from.keypoints)),
      soft * target.unit,
      target.work.width,
      target.work.height,
    );
    const onto = composeAffine(fit, jitter(random, jitterPx * target.unit));
    const pixels = warpUnder(mask, from.image, onto);
    // Colours are matched once: a match per frame would flicker with the background of the mask.
    colours ??= matchColours(pixels, cutUnder(target.work, mask), mask, colourMatch);
    mapColours(pixels, colours, 1 + random.uniform(-gain, gain));
    blendUnder(target.work, mask, pixels);
    return mask;
  };
}

function reenactForger(moment: (t: number, random: Random) => FaceMoment, random: Random, parameters: ForgeParameters): FrameForger {
  const soft = softness(parameters.reenact.softPx, random, parameters);
  return (t, target) => {
    const keypoints = transformPoints(target.transform, target.keypoints);
    const mask = mouthMask(keypoints, soft * target.unit, target.work.width, target.work.height);
    const from = moment(t, random);
    blendUnder(target.work, mask, warpUnder(mask, from.image, fitSimilarity(pick(from.keypoints, STEADY), pick(keypoints, STEADY))));
    return mask;
  };
}

function resampleForger(random: Random, parameters: ForgeParameters): FrameForger {
  const soft = softness(parameters.resample.softPx, random, parameters);
  const factor = random.uniform(...parameters.resample.factor);
  return (_t, target) => {
    const { work } = target;
    const mask = innerFaceMask(transformPoints(target.transform, target.keypoints), soft * target.unit, work.width, work.height);
    if (mask.width === 0 || mask.height === 0) return mask;
    const pixels = cutUnder(work, mask);
    const width = Math.max(1, Math.min(mask.width, Math.round(mask.width / (factor * target.unit))));
    const height = Math.max(1, Math.min(mask.height, Math.round(mask.height / (factor * target.unit))));
    blendUnder(work, mask, enlarge(reduceArea(pixels, mask.width, mask.height, width, height), width, height, mask.width, mask.height));
    return mask;
  };
}

function selfblendForger(random: Random, parameters: ForgeParameters): FrameForger {
  const { jitterPx, gain, shiftPx, scale, channelGain, softPx, partShare } = parameters.selfblend;
  const soft = softness(softPx, random, parameters);
  const both = (range: number): [number, number] => [random.uniform(-range, range), random.uniform(-range, range)];
  const [shiftX, shiftY] = both(shiftPx);
  const [growX, growY] = both(scale);
  const tint: ColourMap = {
    gain: [
      1 + random.uniform(-channelGain, channelGain),
      1 + random.uniform(-channelGain, channelGain),
      1 + random.uniform(-channelGain, channelGain),
    ],
    offset: [0, 0, 0],
  };
  const part = partShare > 0 && random.chance(partShare) ? drawPart(random) : undefined;
  return (_t, target) => {
    const keypoints = transformPoints(target.transform, target.keypoints);
    const { width, height } = target.work;
    const mask =
      part === undefined
        ? innerFaceMask(keypoints, soft * target.unit, width, height)
        : partMask(keypoints, part, soft * target.unit, width, height);
    const [x, y] = keypoints[2]!;
    const moved: Affine = [1 + growX, 0, -growX * x + shiftX * target.unit, 0, 1 + growY, -growY * y + shiftY * target.unit];
    const pixels = warpUnder(mask, target.image, composeAffine(target.transform, moved, jitter(random, jitterPx * target.unit)));
    mapColours(pixels, tint, 1 + random.uniform(-gain, gain));
    blendUnder(target.work, mask, pixels);
    return mask;
  };
}

/** A third to two thirds of the inner face across, anywhere from brows to chin. */
function drawPart(random: Random): FacePart {
  return {
    across: random.uniform(-0.35, 0.35),
    down: random.uniform(-0.15, 1.15),
    width: random.uniform(0.35, 0.7),
    height: random.uniform(0.3, 0.55),
  };
}

/** Target key points with whichever ear, target's or donor's, is nearer: beyond it one of the two faces ends. */
function nearerEars(target: readonly Point[], donor: readonly Point[]): Point[] {
  const [a, b] = target as [Point, Point];
  const length = Math.max(1e-6, Math.hypot(b[0] - a[0], b[1] - a[1]));
  const along = ([x, y]: Point): number => ((x - a[0]) * (b[0] - a[0]) + (y - a[1]) * (b[1] - a[1])) / length;
  const right = along(donor[4]!) > along(target[4]!) ? donor[4]! : target[4]!;
  const left = along(donor[5]!) < along(target[5]!) ? donor[5]! : target[5]!;
  return [...target.slice(0, 4), right, left];
}

function softness(softPx: number, random: Random, { softRange }: ForgeParameters): number {
  return softPx * random.uniform(...softRange);
}

function jitter(random: Random, range: number): Affine {
  return translation(random.uniform(-range, range), random.uniform(-range, range));
}

function pick(points: readonly Point[], which: readonly number[]): Point[] {
  return which.map((k) => points[k]!);
}

function need<T>(value: T | undefined, operation: ForgeOperation, name: string): T {
  if (value === undefined)
    throw new VerilensError('BAD_OPTION', `${operation} has no ${name}`, { place: 'data/forge', expected: `material.${name}` });
  return value;
}
