import { VerilensError, type Image } from '@verilens/core';
import { resizeArea } from '@verilens/vision';
import { createRandom } from '../random.ts';
import type { PictureSet } from './pictures.ts';

/** A decoded photograph and what it is called. */
export interface Photo {
  readonly name: string;
  readonly image: Image;
}

export interface PhotoCropOptions {
  /** Side of the square crops in pixels. */
  readonly size: number;
  readonly count: number;
  readonly seed: number | string;
  /**
   * Each crop's photograph is first reduced by a factor drawn evenly (in its logarithm) from this range, by exact area
   * averages. From 2 on, the blocks of the photograph's JPEG file are gone. [1, 1] keeps the pixels of the file. Default [2, 6].
   */
  readonly reduce?: readonly [low: number, high: number];
  /** Crops flatter than this standard deviation of grey levels are drawn again (sky and walls show nothing). Default 8. */
  readonly leastContrast?: number;
}

/** Reduced versions of a photograph that are kept; crops come from one of these scales. */
const SCALES = 6;
/** A photograph without contrast is taken as it is in the end. */
const MOST_DRAWS = 20;

/**
 * Random square pieces of photographs, each photograph as often as the next: real pictures of a size small networks can
 * learn. `labels` say which photograph a piece is of, so that photographs can be kept apart.
 *
 * @param photos as decoded; a photograph smaller than a crop after reduction is reduced less
 * @throws VerilensError BAD_INPUT without photographs or for one smaller than a crop
 */
export function photoCrops(photos: readonly Photo[], options: PhotoCropOptions): PictureSet {
  const { size, count, seed, reduce = [2, 6], leastContrast = 8 } = options;
  const place = 'data/photo-crops';
  if (photos.length === 0) throw new VerilensError('BAD_INPUT', 'there is no photograph', { place, expected: 'one or more' });
  const random = createRandom(seed).fork('photo crops');
  const pixels = new Uint8Array(count * size * size * 3);
  const labels = new Uint16Array(count);
  photos.forEach(({ name, image }, owner) => {
    const smaller = Math.min(image.width, image.height);
    if (smaller < size)
      throw new VerilensError('BAD_INPUT', 'a photograph is smaller than a crop', {
        place: `${place} ${name}`,
        expected: `at least ${size} x ${size}`,
        got: `${image.width} x ${image.height}`,
      });
    const most = Math.min(reduce[1], smaller / size);
    const scales = scalesOf([Math.min(reduce[0], most), most]);
    const reduced = scales.map((scale) =>
      scale === 1
        ? image
        : resizeArea(image, Math.max(size, Math.round(image.width / scale)), Math.max(size, Math.round(image.height / scale))),
    );
    const stream = random.fork(owner);
    for (let i = owner; i < count; i += photos.length) {
      for (let draw = 1; ; draw++) {
        const source = stream.choice(reduced);
        const [x, y] = [stream.integer(0, source.width - size + 1), stream.integer(0, source.height - size + 1)];
        copyCrop(source, x, y, size, pixels, i * size * size * 3);
        if (draw === MOST_DRAWS || contrast(pixels.subarray(i * size * size * 3, (i + 1) * size * size * 3)) >= leastContrast) break;
      }
      labels[i] = owner;
    }
  });
  return {
    name: `crops of ${photos.length} photographs`,
    width: size,
    height: size,
    channels: 3,
    pixels,
    labels,
    classes: photos.map(({ name }) => name),
  };
}

function scalesOf([low, high]: readonly [number, number]): number[] {
  if (high <= low) return [low];
  return Array.from({ length: SCALES }, (_, i) => low * (high / low) ** (i / (SCALES - 1)));
}

function copyCrop({ data, width }: Image, x: number, y: number, size: number, out: Uint8Array, offset: number): void {
  for (let row = 0, to = offset; row < size; row++) {
    for (let from = ((y + row) * width + x) * 4, column = 0; column < size; column++, from += 4, to += 3) {
      out[to] = data[from]!;
      out[to + 1] = data[from + 1]!;
      out[to + 2] = data[from + 2]!;
    }
  }
}

/** Standard deviation of the green channel. */
function contrast(rgb: Uint8Array): number {
  let [sum, squares] = [0, 0];
  for (let i = 1; i < rgb.length; i += 3) {
    sum += rgb[i]!;
    squares += rgb[i]! ** 2;
  }
  const n = rgb.length / 3;
  return Math.sqrt(Math.max(0, squares / n - (sum / n) ** 2));
}
