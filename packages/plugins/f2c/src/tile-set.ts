import type { Image } from '@verilens/core';
import { createRandom, drawPostProcessing, postProcess, type PostProcessing, type PostProcessingLaw } from '@verilens/data';

/** Small pictures of one size, rounded to bytes: what a classifier is trained and tested on. A `PictureSet` in RGB is one. */
export interface TileSet {
  readonly width: number;
  // [count, width, width, 3], 0..255
  readonly pixels: Uint8Array;
}

export function countOf({ width, pixels }: TileSet): number {
  return pixels.length / (3 * width * width);
}

/** One tile as [3, S, S], 0..1, mirrored if asked. */
export function writePlanes({ width, pixels }: TileSet, index: number, out: Float32Array, offset: number, mirrored = false): void {
  const area = width * width;
  const from = index * area * 3;
  for (let k = 0; k < area; k++) {
    const at = mirrored ? k - (k % width) + width - 1 - (k % width) : k;
    for (let c = 0; c < 3; c++) out[offset + c * area + k] = pixels[from + at * 3 + c]! / 255;
  }
}

/** All tiles, [count, 3, S, S], 0..1. */
export function planesOf(set: TileSet): Float32Array {
  const each = 3 * set.width ** 2;
  const out = new Float32Array(set.pixels.length);
  for (let i = 0; i < countOf(set); i++) writePlanes(set, i, out, i * each);
  return out;
}

/** The first `count` tiles. */
export function firstTiles({ width, pixels }: TileSet, count: number): TileSet {
  return { width, pixels: pixels.subarray(0, count * 3 * width * width) };
}

export function joinTiles(sets: readonly TileSet[]): TileSet {
  const pixels = new Uint8Array(sets.reduce((sum, set) => sum + set.pixels.length, 0));
  let at = 0;
  for (const set of sets) {
    pixels.set(set.pixels, at);
    at += set.pixels.length;
  }
  return { width: sets[0]!.width, pixels };
}

/** Every tile through the same steps; noise is drawn from (seed, index). The steps must keep the size. */
export async function processedTiles(set: TileSet, steps: readonly PostProcessing[], seed: string): Promise<TileSet> {
  const random = createRandom(seed);
  return mapped(set, (image, i) => postProcess(image, steps, random.fork(i)));
}

/** Every tile through steps drawn for it. */
export async function augmentedTiles(set: TileSet, laws: readonly PostProcessingLaw[], seed: string): Promise<TileSet> {
  const random = createRandom(seed);
  return mapped(set, (image, i) => {
    const own = random.fork(i);
    return postProcess(image, drawPostProcessing(laws, own), own);
  });
}

async function mapped(set: TileSet, change: (image: Image, index: number) => Promise<Image>): Promise<TileSet> {
  const pixels = set.pixels.slice();
  const area = set.width ** 2;
  for (let i = 0; i < countOf(set); i++) {
    const before = imageAt(set, i);
    const after = await change(before, i);
    if (after === before) continue;
    for (let k = 0; k < area; k++) for (let c = 0; c < 3; c++) pixels[(i * area + k) * 3 + c] = after.data[k * 4 + c]!;
  }
  return { width: set.width, pixels };
}

function imageAt({ width, pixels }: TileSet, index: number): Image {
  const area = width * width;
  const data = new Uint8ClampedArray(area * 4).fill(255);
  for (let k = 0; k < area; k++) for (let c = 0; c < 3; c++) data[k * 4 + c] = pixels[(index * area + k) * 3 + c]!;
  return { data, width, height: width };
}
