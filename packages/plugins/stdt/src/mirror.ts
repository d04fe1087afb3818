import type { ClipPixels } from './traces.ts';

/** All frames of a clip [frames, size, size, 3] with left and right exchanged. */
export function mirrored(pixels: ClipPixels, size: number): Uint8Array {
  const out = new Uint8Array(pixels.length);
  const line = size * 3;
  for (let row = 0; row < pixels.length; row += line) {
    for (let to = row, from = row + line - 3; to < row + line; to += 3, from -= 3) {
      out[to] = pixels[from]!;
      out[to + 1] = pixels[from + 1]!;
      out[to + 2] = pixels[from + 2]!;
    }
  }
  return out;
}

/** The cell at the same height that shows in a mirrored clip what `cell` shows in the clip. */
export function mirroredCell(cell: number, grid: number): number {
  const column = cell % grid;
  return cell - column + (grid - 1 - column);
}
