import type { Box, Image } from '@verilens/core';

/** Where a tile lies, in pixels of the picture. */
export interface TileGrid {
  readonly size: number;
  /** Left upper corners, row by row. */
  readonly places: readonly { readonly x: number; readonly y: number }[];
  readonly rows: number;
  readonly columns: number;
}

/**
 * Tiles at the picture's own resolution: side by side where there are at most `most` of them, evenly spread with gaps between
 * otherwise. Pictures are never resized: every interpolation rewrites the highest frequencies, which are what is looked at.
 * Borders that a whole tile does not fill are shared out on both sides. No tile for a picture smaller than one.
 */
export function tileGrid(width: number, height: number, size: number, most: number): TileGrid {
  const across = Math.floor(width / size);
  const down = Math.floor(height / size);
  if (across === 0 || down === 0) return { size, places: [], rows: 0, columns: 0 };
  const thin = Math.max(1, Math.sqrt((across * down) / most));
  const first = Math.max(1, Math.min(across, most, Math.floor(across / thin)));
  const rows = Math.max(1, Math.min(down, Math.floor(most / first)));
  const columns = Math.max(1, Math.min(across, Math.floor(most / rows)));
  const places: { x: number; y: number }[] = [];
  for (let row = 0; row < rows; row++)
    for (let column = 0; column < columns; column++)
      places.push({ x: spread(column, columns, width, size), y: spread(row, rows, height, size) });
  return { size, places, rows, columns };
}

/** Left edge of the i-th of n equal stretches' middle tile. */
function spread(i: number, n: number, length: number, size: number): number {
  return Math.floor(((i + 0.5) * length) / n - size / 2 + 1e-9);
}

export function tileBox({ size, places }: TileGrid, index: number): Box {
  const { x, y } = places[index]!;
  return { x, y, width: size, height: size };
}

/** Writes one tile as [3, S, S], values 0..1, and gives the standard deviation of its green channel in grey levels. */
export function writeTile({ data, width }: Image, x: number, y: number, size: number, out: Float32Array, offset: number): number {
  const area = size * size;
  let [sum, squares] = [0, 0];
  for (let row = 0, k = offset; row < size; row++) {
    for (let p = ((y + row) * width + x) * 4, end = p + size * 4; p < end; p += 4, k++) {
      const green = data[p + 1]!;
      out[k] = data[p]! / 255;
      out[k + area] = green / 255;
      out[k + 2 * area] = data[p + 2]! / 255;
      sum += green;
      squares += green * green;
    }
  }
  return Math.sqrt(Math.max(0, squares / area - (sum / area) ** 2));
}
