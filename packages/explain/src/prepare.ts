import { type Baseline, type Image, VerilensError } from '@verilens/core';
import { createImage, gaussianBlur, resizeArea, resizeBilinear } from '@verilens/vision';

/** Mid grey: a fill that differs from black and from white pictures. */
export const GREY: Baseline = { kind: 'constant', rgb: [128, 128, 128] };

/** The picture at another size: area mean where it shrinks, bilinear where it grows. The same object if it has that size. */
export function resizeTo(image: Image, width: number, height: number): Image {
  if (image.width === width && image.height === height) return image;
  return width <= image.width && height <= image.height ? resizeArea(image, width, height) : resizeBilinear(image, width, height);
}

/**
 * The picture that stands for "nothing there".
 * @throws VerilensError BAD_OPTION
 */
export function baselineImage(baseline: Baseline, image: Image, place: string): Image {
  const { width, height } = image;
  if (baseline.kind === 'image') return resizeTo(baseline.image, width, height);
  if (baseline.kind === 'blur') {
    if (!(baseline.sigmaPx > 0 && baseline.sigmaPx <= 1024)) throw badBaseline('a blur of 0 to 1024 pixels', `${baseline.sigmaPx}`, place);
    return gaussianBlur(image, baseline.sigmaPx);
  }
  const { rgb } = baseline;
  if (!(rgb.length === 3 && rgb.every((v) => v >= 0 && v <= 255))) throw badBaseline('three values 0..255', JSON.stringify(rgb), place);
  return createImage(width, height, rgb);
}

function badBaseline(expected: string, got: string, place: string): VerilensError {
  return new VerilensError('BAD_OPTION', 'the baseline cannot be used', { place, expected, got });
}
