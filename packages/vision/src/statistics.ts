import { VerilensError, type Image } from '@verilens/core';
import { checkImage, type Plane } from './image.ts';

export interface MaskedStatistics {
  /** R, G, B, 0..255 */
  readonly mean: readonly [number, number, number];
  /** Standard deviations (of the population). */
  readonly std: readonly [number, number, number];
  /** Sum of the mask: how many pixels' worth it holds. */
  readonly weight: number;
}

/**
 * Weighted mean and deviation of each channel where the mask (0..1) is.
 * @throws VerilensError BAD_INPUT when sizes differ or the mask is empty.
 */
export function maskedStatistics(image: Image, mask?: Plane): MaskedStatistics {
  const place = 'vision.maskedStatistics';
  checkImage(image, place);
  if (mask !== undefined && (mask.width !== image.width || mask.height !== image.height)) {
    throw new VerilensError('BAD_INPUT', 'picture and mask differ in size', {
      place,
      expected: `${image.width} x ${image.height}`,
      got: `${mask.width} x ${mask.height}`,
    });
  }
  const sum = [0, 0, 0];
  const squares = [0, 0, 0];
  let weight = 0;
  for (let i = 0, p = 0; p < image.data.length; i++, p += 4) {
    const w = mask === undefined ? 1 : mask.data[i]!;
    if (w === 0) continue;
    weight += w;
    for (let k = 0; k < 3; k++) {
      const v = image.data[p + k]!;
      sum[k]! += w * v;
      squares[k]! += w * v * v;
    }
  }
  if (!(weight > 0))
    throw new VerilensError('BAD_INPUT', 'the mask is empty', { place, expected: 'some weight above 0', got: `${weight}` });
  const mean = sum.map((s) => s / weight) as [number, number, number];
  const std = squares.map((s, k) => Math.sqrt(Math.max(0, s / weight - mean[k]! ** 2))) as [number, number, number];
  return { mean, std, weight };
}
