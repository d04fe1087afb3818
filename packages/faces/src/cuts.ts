import type { Image } from '@verilens/core';

const GRID = 24;

/** A coarse grey sketch of a picture: 24 x 24 samples, 0..255. */
export function sketch(image: Image): Float32Array {
  const out = new Float32Array(GRID * GRID);
  for (let y = 0; y < GRID; y++) {
    for (let x = 0; x < GRID; x++) {
      const i = (Math.floor(((y + 0.5) * image.height) / GRID) * image.width + Math.floor(((x + 0.5) * image.width) / GRID)) * 4;
      out[y * GRID + x] = 0.299 * image.data[i]! + 0.587 * image.data[i + 1]! + 0.114 * image.data[i + 2]!;
    }
  }
  return out;
}

/** Mean absolute difference of two sketches in grey levels. */
export function sketchDistance(a: Float32Array, b: Float32Array): number {
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += Math.abs(a[i]! - b[i]!);
  return sum / a.length;
}

/**
 * Where a burst changes scene: the first frame of the new scene, or -1.
 * A cut stands out against the burst's own movement, so a shaking camera is none.
 */
export function cutWithin(sketches: readonly Float32Array[]): number {
  const steps = sketches.slice(1).map((now, i) => sketchDistance(sketches[i]!, now));
  const typical = [...steps].sort((a, b) => a - b)[Math.floor((steps.length - 1) / 2)] ?? 0;
  const at = steps.findIndex((step) => step > 20 && step > 4 * typical + 5);
  return at === -1 ? -1 : at + 1;
}
