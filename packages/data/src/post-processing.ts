import { VerilensError, type Image } from '@verilens/core';
import { gaussianBlur, resizeArea, resizeBilinear } from '@verilens/vision';
import type { Random } from './random.ts';

/** What happens to pictures between being made and being judged. */
export type PostProcessing =
  /** Saved as JPEG by a real encoder and opened again. 1..100 */
  | { readonly kind: 'jpeg'; readonly quality: number }
  /** Saved as WebP by a real encoder and opened again. 1..100; 100 is lossless. */
  | { readonly kind: 'webp'; readonly quality: number }
  /** Gaussian, in pixels. */
  | { readonly kind: 'blur'; readonly sigma: number }
  /** Independent for each channel, standard deviation in grey levels. */
  | { readonly kind: 'noise'; readonly deviation: number }
  /** Made smaller or larger by this factor: the picture changes its size. */
  | { readonly kind: 'resize'; readonly scale: number }
  /** A piece in a random place whose sides are this share of the picture's. */
  | { readonly kind: 'crop'; readonly share: number }
  /** Shown at this scale on a screen and photographed off it: enlarged or reduced, then brought back to its size, once bilinear, once by area. */
  | { readonly kind: 'screenshot'; readonly scale: number };

export type PostProcessingKind = PostProcessing['kind'];

/**
 * Does the steps in their order; the same picture, steps and random stream give the same result.
 * @param random draws noise and the place of crops
 * @throws VerilensError BAD_OPTION for a strength out of range
 * @example
 * const shared = await postProcess(image, [{ kind: 'resize', scale: 0.5 }, { kind: 'jpeg', quality: 75 }], createRandom(0));
 */
export async function postProcess(image: Image, steps: readonly PostProcessing[], random: Random): Promise<Image> {
  let out = image;
  for (const step of steps) out = await processed(out, step, random);
  return out;
}

async function processed(image: Image, step: PostProcessing, random: Random): Promise<Image> {
  const { width, height } = image;
  switch (step.kind) {
    case 'jpeg': {
      inRange(step, step.quality, 1, 100);
      return (await import('@verilens/media')).jpegRoundTrip(image, step.quality);
    }
    case 'webp': {
      inRange(step, step.quality, 1, 100);
      return (await import('@verilens/media')).webpRoundTrip(image, step.quality);
    }
    case 'blur':
      return gaussianBlur(image, inRange(step, step.sigma, 0, 100));
    case 'noise':
      return noisy(image, inRange(step, step.deviation, 0, 255), random);
    case 'resize': {
      const scale = inRange(step, step.scale, 0.01, 16);
      return resized(image, Math.max(1, Math.round(width * scale)), Math.max(1, Math.round(height * scale)));
    }
    case 'crop': {
      const share = inRange(step, step.share, 0.01, 1);
      return cropped(image, Math.max(1, Math.round(width * share)), Math.max(1, Math.round(height * share)), random);
    }
    case 'screenshot': {
      const scale = inRange(step, step.scale, 0.1, 8);
      return resized(resized(image, Math.max(1, Math.round(width * scale)), Math.max(1, Math.round(height * scale))), width, height);
    }
  }
}

/** Strengths to draw from, for training. Each kind is applied with the chance given, in the order of the list. */
export interface PostProcessingLaw {
  readonly chance: number;
  readonly draw: (random: Random) => PostProcessing;
}

/** What pictures go through on the way to a viewer, each with chance 0.1: blur up to a pixel, JPEG 70 to 100. */
export const MILD_POST_PROCESSING: readonly PostProcessingLaw[] = [
  { chance: 0.1, draw: (random) => ({ kind: 'blur', sigma: random.uniform(0.1, 1) }) },
  { chance: 0.1, draw: (random) => ({ kind: 'jpeg', quality: random.integer(70, 101) }) },
];

/** The steps one picture goes through. */
export function drawPostProcessing(laws: readonly PostProcessingLaw[], random: Random): readonly PostProcessing[] {
  return laws.flatMap(({ chance, draw }) => (random.chance(chance) ? [draw(random)] : []));
}

/** `jpeg 75`, `screenshot 1.25`: for rows of tables. */
export function nameOfPostProcessing(step: PostProcessing): string {
  const { kind, ...strength } = step;
  return `${kind} ${Object.values(strength).join(' ')}`;
}

function resized(image: Image, width: number, height: number): Image {
  if (width === image.width && height === image.height) return image;
  return width < image.width && height < image.height ? resizeArea(image, width, height) : resizeBilinear(image, width, height);
}

function noisy(image: Image, deviation: number, random: Random): Image {
  const data = new Uint8ClampedArray(image.data.length);
  for (let i = 0; i < data.length; i++) data[i] = i % 4 === 3 ? image.data[i]! : image.data[i]! + random.normal(0, deviation);
  return { ...image, data };
}

function cropped(image: Image, width: number, height: number, random: Random): Image {
  const [left, top] = [random.integer(0, image.width - width + 1), random.integer(0, image.height - height + 1)];
  const data = new Uint8ClampedArray(width * height * 4);
  for (let y = 0; y < height; y++) {
    const from = ((top + y) * image.width + left) * 4;
    data.set(image.data.subarray(from, from + width * 4), y * width * 4);
  }
  return { data, width, height };
}

function inRange({ kind }: PostProcessing, value: number, low: number, high: number): number {
  if (value >= low && value <= high) return value;
  throw new VerilensError('BAD_OPTION', `the strength of ${kind} is out of range`, {
    place: 'data post-processing',
    expected: `${low}..${high}`,
    got: String(value),
  });
}
