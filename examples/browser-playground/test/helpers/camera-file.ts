import { writeFile } from 'node:fs/promises';
import type { Image } from '@verilens/core';
import { drawnFace } from '../../src/worker/drawn-face.ts';

/** A file that Chromium plays as if it were a camera: the drawn face, uncompressed (Y4M), over and over. */
export async function writeCameraFile(path: string): Promise<void> {
  const parts: Uint8Array[] = [];
  for await (const { image } of drawnFace()) {
    if (parts.length === 0) parts.push(ascii(`YUV4MPEG2 W${image.width} H${image.height} F25:1 Ip A1:1 C420jpeg\n`));
    parts.push(ascii('FRAME\n'), i420(image));
  }
  await writeFile(path, Buffer.concat(parts));
}

/** Full-range BT.601, chroma of every second pixel in both directions. */
function i420({ data, width, height }: Image): Uint8Array {
  const out = new Uint8ClampedArray(width * height * 1.5);
  const half = width / 2;
  for (let y = 0, at = 0; y < height; y++) {
    for (let x = 0; x < width; x++, at++) {
      const [r, g, b] = data.subarray(4 * at, 4 * at + 3) as unknown as [number, number, number];
      out[at] = 0.299 * r + 0.587 * g + 0.114 * b;
      if (x % 2 === 1 || y % 2 === 1) continue;
      const chroma = width * height + (y / 2) * half + x / 2;
      out[chroma] = 128 - 0.168736 * r - 0.331264 * g + 0.5 * b;
      out[chroma + (half * height) / 2] = 128 + 0.5 * r - 0.418688 * g - 0.081312 * b;
    }
  }
  return new Uint8Array(out.buffer);
}

function ascii(text: string): Uint8Array {
  return new TextEncoder().encode(text);
}
