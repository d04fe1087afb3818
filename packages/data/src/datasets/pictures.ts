import { type Image, VerilensError } from '@verilens/core';

/** Labelled pictures of one size, in memory: small enough to train on without touching the disk again. */
export interface PictureSet {
  readonly name: string;
  readonly width: number;
  readonly height: number;
  /** 1: grey. 3: RGB. */
  readonly channels: 1 | 3;
  // [count, height, width, channels], 0..255
  readonly pixels: Uint8Array;
  /** Places in `classes`, one per picture. */
  readonly labels: Uint16Array;
  readonly classes: readonly string[];
}

export function countOf(set: PictureSet): number {
  return set.labels.length;
}

/** One picture as RGBA. @throws VerilensError BAD_INPUT outside the set */
export function pictureAt(set: PictureSet, index: number): Image {
  checkIndex(set, index);
  const { width, height, channels } = set;
  const data = new Uint8ClampedArray(width * height * 4);
  const from = index * width * height * channels;
  for (let pixel = 0; pixel < width * height; pixel++) {
    for (let channel = 0; channel < 3; channel++) {
      data[pixel * 4 + channel] = set.pixels[from + pixel * channels + Math.min(channel, channels - 1)]!;
    }
    data[pixel * 4 + 3] = 255;
  }
  return { data, width, height };
}

/** The pictures at these places, in this order; classes stay as they are. @throws VerilensError BAD_INPUT outside the set */
export function selectPictures(set: PictureSet, indices: ArrayLike<number>, name: string = set.name): PictureSet {
  const size = set.width * set.height * set.channels;
  const pixels = new Uint8Array(indices.length * size);
  const labels = new Uint16Array(indices.length);
  for (let place = 0; place < indices.length; place++) {
    const index = indices[place]!;
    checkIndex(set, index);
    pixels.set(set.pixels.subarray(index * size, (index + 1) * size), place * size);
    labels[place] = set.labels[index]!;
  }
  return { ...set, name, pixels, labels };
}

/**
 * Sets of one size and number of channels as one, each keeping classes of its own: MNIST and Fashion-MNIST make twenty.
 *
 * @throws VerilensError BAD_INPUT when sizes differ, DUPLICATE_NAME when two sets have a class of one name
 */
export function joinPictures(name: string, sets: readonly PictureSet[]): PictureSet {
  const place = `picture set ${name}`;
  const first = sets[0];
  if (first === undefined) throw new VerilensError('BAD_INPUT', 'there is nothing to join', { place, expected: 'one set or more' });
  const shapeOf = ({ width, height, channels }: PictureSet): string => `${width} x ${height} x ${channels}`;
  const classes: string[] = [];
  const pixels = new Uint8Array(sets.reduce((sum, set) => sum + set.pixels.length, 0));
  const labels = new Uint16Array(sets.reduce((sum, set) => sum + set.labels.length, 0));
  let [pixelsAt, labelsAt] = [0, 0];
  for (const set of sets) {
    if (shapeOf(set) !== shapeOf(first)) {
      throw new VerilensError('BAD_INPUT', 'sets of different sizes', {
        place,
        expected: shapeOf(first),
        got: `${shapeOf(set)} of ${set.name}`,
      });
    }
    pixels.set(set.pixels, pixelsAt);
    for (const label of set.labels) labels[labelsAt++] = classes.length + label;
    pixelsAt += set.pixels.length;
    classes.push(...set.classes);
  }
  const twice = classes.find((label, index) => classes.indexOf(label) !== index);
  if (twice !== undefined) throw new VerilensError('DUPLICATE_NAME', 'two sets have a class of one name', { place, got: twice });
  return { name, width: first.width, height: first.height, channels: first.channels, pixels, labels, classes };
}

function checkIndex(set: PictureSet, index: number): void {
  if (Number.isInteger(index) && index >= 0 && index < set.labels.length) return;
  const expected = `a whole number below ${set.labels.length}`;
  throw new VerilensError('BAD_INPUT', 'no such picture', { place: `picture set ${set.name}`, expected, got: String(index) });
}
