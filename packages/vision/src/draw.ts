import { VerilensError, type Box, type Image } from '@verilens/core';
import { checkImage, type Colour } from './image.ts';

/** Draws a box's outline onto the picture in place, inwards from its edge. */
export function drawBox(image: Image, box: Box, colour: Colour = [255, 64, 64], thickness: number = 2): Image {
  checkImage(image, 'vision.drawBox');
  const { x, y, width, height } = box;
  const t = Math.min(thickness, width, height);
  fillRect(image, { x, y, width, height: t }, colour);
  fillRect(image, { x, y: y + height - t, width, height: t }, colour);
  fillRect(image, { x, y, width: t, height }, colour);
  fillRect(image, { x: x + width - t, y, width: t, height }, colour);
  return image;
}

/** Fills a rectangle in place, blended by the colour's alpha, cut to the picture. */
export function fillRect(image: Image, box: Box, colour: Colour): Image {
  const { data } = image;
  const a = (colour[3] ?? 255) / 255;
  const x0 = Math.max(0, Math.round(box.x));
  const x1 = Math.min(image.width, Math.round(box.x + box.width));
  const y1 = Math.min(image.height, Math.round(box.y + box.height));
  for (let y = Math.max(0, Math.round(box.y)); y < y1; y++) {
    for (let x = x0, p = (y * image.width + x0) * 4; x < x1; x++, p += 4) {
      for (let k = 0; k < 3; k++) data[p + k] = (data[p + k]! * (1 - a) + colour[k]! * a + 0.5) | 0;
      data[p + 3] = Math.max(data[p + 3]!, 255 * a);
    }
  }
  return image;
}

/**
 * A dark-to-bright map whose perceived lightness rises evenly: nine stops of matplotlib's `inferno`
 * (van der Walt and Smith, 2015; CC0), joined by straight lines.
 */
const INFERNO: readonly (readonly [number, number, number])[] = [
  [0, 0, 4],
  [31, 12, 72],
  [85, 15, 109],
  [136, 34, 106],
  [186, 54, 85],
  [227, 89, 51],
  [249, 140, 10],
  [249, 201, 50],
  [252, 255, 164],
];

/** Colour of a value 0..1 (cut to that range; NaN is 0): R, G, B, 0..255. */
export function heatColour(value: number): [number, number, number] {
  const v = (value > 0 ? Math.min(1, value) : 0) * (INFERNO.length - 1);
  const i = Math.min(INFERNO.length - 2, Math.floor(v));
  const f = v - i;
  const low = INFERNO[i]!;
  const high = INFERNO[i + 1]!;
  return [0, 1, 2].map((k) => Math.round(low[k]! + (high[k]! - low[k]!) * f)) as [number, number, number];
}

export interface HeatMap {
  /** Row by row, 0..1. */
  readonly values: Float32Array;
  readonly rows: number;
  readonly columns: number;
}

/** A copy of the picture with the map laid over it: bilinear between cell centres, `opacity` 0..1 at the hottest value, none at 0. */
export function overlayHeatMap(image: Image, map: HeatMap, opacity: number = 0.6): Image {
  const place = 'vision.overlayHeatMap';
  checkImage(image, place);
  const { values, rows, columns } = map;
  if (values.length !== rows * columns || values.length === 0) {
    throw new VerilensError('BAD_INPUT', 'the map and its size disagree', {
      place,
      expected: `${rows} x ${columns} values`,
      got: `${values.length}`,
    });
  }
  const data = new Uint8ClampedArray(image.data);
  for (let y = 0, p = 0; y < image.height; y++) {
    const gy = Math.min(rows - 1, Math.max(0, ((y + 0.5) * rows) / image.height - 0.5));
    const y0 = Math.floor(gy);
    const y1 = Math.min(rows - 1, y0 + 1);
    for (let x = 0; x < image.width; x++, p += 4) {
      const gx = Math.min(columns - 1, Math.max(0, ((x + 0.5) * columns) / image.width - 0.5));
      const x0 = Math.floor(gx);
      const x1 = Math.min(columns - 1, x0 + 1);
      const top = values[y0 * columns + x0]! * (1 - gx + x0) + values[y0 * columns + x1]! * (gx - x0);
      const bottom = values[y1 * columns + x0]! * (1 - gx + x0) + values[y1 * columns + x1]! * (gx - x0);
      const value = top + (bottom - top) * (gy - y0);
      const colour = heatColour(value);
      const a = opacity * (value > 0 ? Math.min(1, value) : 0);
      for (let k = 0; k < 3; k++) data[p + k] = data[p + k]! * (1 - a) + colour[k]! * a;
    }
  }
  return { data, width: image.width, height: image.height };
}
