import type { Image, VideoFrame } from '@verilens/core';
import { proceduralClips } from '@verilens/data';
import { createImage, resizeBilinear } from '@verilens/vision';

const WIDTH = 448;
const HEIGHT = 288;
/** The drawing is enlarged to fill the height: drawn at full size it would take a minute. */
const DRAWN = 128;
const FRAMES = 120;
const FRAME_MS = 40;
/** The drawn face is forged between these frames. */
const FORGED = { from: 40, until: 85 };
/** Rows and columns of the border that the ground beside the drawing is averaged from. */
const BORDER = { rows: 24, columns: 6 };

/** A drawn person whose inner face is put on from another one for a while. */
export async function* drawnFace(onProgress: (share: number) => void = () => undefined): AsyncGenerator<VideoFrame> {
  const options = { seed: 'playground', count: 1, frames: FRAMES, size: DRAWN } as const;
  const real = proceduralClips({ ...options, type: 'real' }).pixels;
  onProgress(0.3);
  const forged = proceduralClips({ ...options, type: 'swap' }).pixels;
  onProgress(0.6);
  for (let index = 0; index < FRAMES; index++) {
    const source = index >= FORGED.from && index < FORGED.until ? forged : real;
    yield { image: framed(source, index), timestampMs: index * FRAME_MS, index };
    onProgress(0.6 + (0.4 * (index + 1)) / FRAMES);
  }
}

/** One picture of the drawn person. */
export function drawnFacePicture(): Image {
  return framed(proceduralClips({ seed: 'playground', count: 1, frames: 1, size: DRAWN, type: 'real' }).pixels, 0);
}

/** The square drawing in the middle of a wider picture, its ground drawn on to both sides. */
function framed(pixels: Uint8Array, frame: number): Image {
  const square = createImage(DRAWN, DRAWN, [0, 0, 0]);
  const base = frame * DRAWN * DRAWN * 3;
  for (let i = 0; i < DRAWN * DRAWN; i++) for (let c = 0; c < 3; c++) square.data[4 * i + c] = pixels[base + 3 * i + c]!;
  const face = resizeBilinear(square, HEIGHT, HEIGHT);
  const image = createImage(WIDTH, HEIGHT, [0, 0, 0]);
  const left = (WIDTH - HEIGHT) / 2;
  for (let y = 0; y < HEIGHT; y++) {
    const grounds = [0, HEIGHT - BORDER.columns].map((from) => meanColour(face, from, y));
    for (let x = 0; x < WIDTH; x++) {
      const column = x - left;
      const inside = column >= 0 && column < HEIGHT;
      // The drawing fades into its ground over the border columns.
      const edge = Math.min(1, Math.max(0, Math.min(column, HEIGHT - 1 - column) / BORDER.columns));
      const ground = grounds[column < HEIGHT / 2 ? 0 : 1]!;
      for (let c = 0; c < 3; c++) {
        const own = inside ? face.data[4 * (y * HEIGHT + column) + c]! : 0;
        image.data[4 * (y * WIDTH + x) + c] = edge * own + (1 - edge) * ground[c]!;
      }
    }
  }
  return image;
}

function meanColour(face: Image, from: number, y: number): number[] {
  const sum = [0, 0, 0];
  let count = 0;
  for (let row = Math.max(0, y - BORDER.rows); row <= Math.min(HEIGHT - 1, y + BORDER.rows); row++) {
    for (let column = from; column < from + BORDER.columns; column++, count++)
      for (let c = 0; c < 3; c++) sum[c]! += face.data[4 * (row * HEIGHT + column) + c]!;
  }
  return sum.map((total) => total / count);
}
