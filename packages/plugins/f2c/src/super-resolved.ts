import type { Image, Runtime } from '@verilens/core';
import { photoCrops, type Photo } from '@verilens/data';
import { bytesOf, openSuperResolution, planesOf, readLayersModel, type LayersModel } from '@verilens/generative';
import { resizeArea } from '@verilens/vision';
import type { TileSet } from './tile-set.ts';

/** Pixels around a tile that are enlarged with it and cut off: the network's padding would show at the borders. */
const MARGIN = 8;

/** The enlarging network of the npm package `@upscalerjs/esrgan-slim` (MIT), by 2. @throws VerilensError NOT_FOUND */
export async function installedEsrgan(): Promise<LayersModel> {
  const { packageFolder } = await import('@verilens/data/node');
  const { readFile } = process.getBuiltinModule('node:fs/promises');
  const folder = packageFolder({ name: '@upscalerjs/esrgan-slim', set: 'ESRGAN', from: import.meta.url });
  const weights = new Uint8Array(await readFile(`${folder}/models/x2/group1-shard1of1.bin`));
  return readLayersModel(await readFile(`${folder}/models/x2/model.json`, 'utf8'), weights);
}

/** Pieces of photographs that were halved by area and enlarged by the network: real scenes with made-up detail. */
export async function superResolvedTiles(
  network: LayersModel,
  photos: readonly Photo[],
  options: {
    readonly runtime: Runtime;
    readonly size: number;
    readonly count: number;
    readonly seed: string;
    readonly signal?: AbortSignal;
  },
): Promise<TileSet> {
  const { runtime, size, count, seed, signal } = options;
  const wide = size + 2 * MARGIN;
  const crops = photoCrops(photos, { size: wide, count, seed });
  const halves = new Uint8Array(crops.pixels.length / 4);
  const area = wide * wide;
  for (let i = 0; i < count; i++) halves.set(halved(crops.pixels.subarray(i * area * 3, (i + 1) * area * 3), wide), (i * area * 3) / 4);
  await using enlarger = await openSuperResolution(network, runtime, { size: wide / 2, scale: 2, signal });
  const pixels = new Uint8Array(count * size * size * 3);
  const batch = 32;
  for (let first = 0; first < count; first += batch) {
    const now = Math.min(batch, count - first);
    const part = halves.subarray((first * area * 3) / 4, ((first + now) * area * 3) / 4);
    const small = planesOf({ width: wide / 2, height: wide / 2, channels: 3, pixels: part }, wide / 2);
    const { pixels: large } = bytesOf(await enlarger.enlarge(small, { signal }));
    for (let i = 0; i < now; i++)
      for (let y = 0; y < size; y++) {
        const from = ((i * wide + y + MARGIN) * wide + MARGIN) * 3;
        pixels.set(large.subarray(from, from + size * 3), ((first + i) * size + y) * size * 3);
      }
  }
  return { width: size, pixels };
}

function halved(rgb: Uint8Array, size: number): Uint8Array {
  const data = new Uint8ClampedArray(size * size * 4).fill(255);
  for (let k = 0; k < size * size; k++) for (let c = 0; c < 3; c++) data[k * 4 + c] = rgb[k * 3 + c]!;
  const small: Image = resizeArea({ data, width: size, height: size }, size / 2, size / 2);
  const out = new Uint8Array((size * size * 3) / 4);
  for (let k = 0; k < (size * size) / 4; k++) for (let c = 0; c < 3; c++) out[k * 3 + c] = small.data[k * 4 + c]!;
  return out;
}
