import { VerilensError, type Image } from '@verilens/core';
import { createImage } from './image.ts';

export interface ContactSheetOptions {
  /** Default: as many as make the sheet about square. */
  readonly columns?: number;
  /** White pixels around each picture. Default 2. */
  readonly gap?: number;
}

/** Pictures of one size side by side, row by row, on white. @throws VerilensError BAD_INPUT for none, or other sizes */
export function contactSheet(images: readonly Image[], options: ContactSheetOptions = {}): Image {
  const { gap = 2, columns = Math.ceil(Math.sqrt(images.length)) } = options;
  const [first] = images;
  if (first === undefined || images.some(({ width, height }) => width !== first.width || height !== first.height))
    throw new VerilensError('BAD_INPUT', 'pictures that do not make a sheet', {
      place: 'vision contactSheet',
      expected: 'one picture or more, all of one size',
      got: images.map(({ width, height }) => `${width} x ${height}`).join(', ') || 'none',
    });
  const { width, height } = first;
  const across = Math.min(columns, images.length);
  const sheet = createImage(gap + across * (width + gap), gap + Math.ceil(images.length / across) * (height + gap), [255, 255, 255]);
  for (const [i, { data }] of images.entries()) {
    const left = gap + (i % across) * (width + gap);
    const top = gap + Math.floor(i / across) * (height + gap);
    for (let row = 0; row < height; row++)
      sheet.data.set(data.subarray(row * width * 4, (row + 1) * width * 4), ((top + row) * sheet.width + left) * 4);
  }
  return sheet;
}
