import type { Image } from '@verilens/core';
import { resampleMap } from '@verilens/metrics';
import { random } from '@verilens/nn';
import type { OpenVae } from './open-vae.ts';

/** Neighbours decoded in one run. */
const PORTION = 32;

/** Pictures around one picture. Neighbour `index` of one seed is the same whoever asks. */
export interface Neighbours {
  /** Neighbour `index` at a distance of `sigma`, of the picture's size. */
  picture(index: number, sigma: number): Promise<Image>;
  /** Squared distance of neighbour `index` from the picture, in latent space. */
  squaredDistance(index: number, sigma: number): number;
  /** Numbers in which neighbours are drawn. */
  readonly dimensions: number;
  /** Mean squared error a value of the picture drawn again by the VAE; 0 where none is asked. */
  readonly error: number;
}

/**
 * z_i = z + sigma e_i, e_i ~ N(0, I); the neighbour is the picture with D(z_i) - D(z) added, so that what a small VAE cannot draw
 * stays as it is and sigma = 0 gives the picture itself.
 */
export async function latentNeighbours(vae: OpenVae, image: Image, seed: number, signal?: AbortSignal): Promise<Neighbours> {
  const { dimensions, side } = vae;
  const size = 3 * side * side;
  const place = await vae.encode(image, { signal });
  const origin = await vae.decode(place, { signal });
  const noiseOf = (index: number): Float32Array => {
    const { normal } = random(seed, 'relabel neighbours', index);
    return Float32Array.from({ length: dimensions }, normal);
  };
  // neighbours are asked for one by one and drawn in portions; the last one is kept
  let last: { readonly first: number; readonly sigma: number; readonly drawn: Promise<Float32Array> } | undefined;
  const portion = (first: number, sigma: number): Promise<Float32Array> => {
    if (last?.first !== first || last.sigma !== sigma) {
      const latents = new Float32Array(PORTION * dimensions);
      for (let k = 0; k < PORTION; k++) noiseOf(first + k).forEach((noise, d) => (latents[k * dimensions + d] = place[d]! + sigma * noise));
      last = { first, sigma, drawn: vae.decode(latents, { signal }) };
    }
    return last.drawn;
  };
  return {
    dimensions,
    error: meanSquare(origin, planesOf(image, side)),
    async picture(index, sigma) {
      const first = index - (index % PORTION);
      const drawn = await portion(first, sigma);
      const from = (index - first) * size;
      const change = origin.map((value, k) => drawn[from + k]! - value);
      return changed(image, change, side);
    },
    squaredDistance: (index, sigma) => sigma * sigma * noiseOf(index).reduce((sum, noise) => sum + noise * noise, 0),
  };
}

/** Control: Gaussian noise on every value instead of a step in latent space; sigma counts in hundredths of the range. */
export function noiseNeighbours(image: Image, seed: number): Neighbours {
  const values = 3 * image.width * image.height;
  return {
    dimensions: values,
    error: 0,
    async picture(index, sigma) {
      const { normal } = random(seed, 'relabel noise', index);
      const data = new Uint8ClampedArray(image.data);
      for (let p = 0; p < data.length; p++) if (p % 4 !== 3) data[p] = data[p]! + 2.55 * 10 * sigma * normal();
      return { data, width: image.width, height: image.height };
    },
    squaredDistance: (_, sigma) => sigma * sigma * values,
  };
}

/** @param change [3, side, side], in 0..1 */
function changed(image: Image, change: Float32Array, side: number): Image {
  const { width, height } = image;
  const data = new Uint8ClampedArray(image.data);
  const area = side * side;
  for (let channel = 0; channel < 3; channel++) {
    const { values } = resampleMap(
      { rows: side, columns: side, values: change.subarray(channel * area, (channel + 1) * area) },
      height,
      width,
    );
    for (let pixel = 0, p = channel; pixel < width * height; pixel++, p += 4) data[p] = data[p]! + 255 * values[pixel]!;
  }
  return { data, width, height };
}

/** The picture as [3, rows, columns], 0..1, means over cells. */
export function planesOf(image: Image, side: number): Float32Array {
  return differencePlanes(image, undefined, side);
}

/** a - b as [3, side, side], -1..1, means over cells; without b: a alone. */
export function differencePlanes(a: Image, b: Image | undefined, side: number): Float32Array {
  const { width, height } = a;
  const planes = new Float32Array(3 * side * side);
  for (let channel = 0; channel < 3; channel++) {
    const values = new Float32Array(width * height);
    for (let pixel = 0, p = channel; pixel < values.length; pixel++, p += 4) values[pixel] = (a.data[p]! - (b?.data[p] ?? 0)) / 255;
    planes.set(
      width === side && height === side ? values : resampleMap({ rows: height, columns: width, values }, side, side).values,
      channel * side * side,
    );
  }
  return planes;
}

function meanSquare(a: Float32Array, b: Float32Array): number {
  return a.reduce((sum, value, k) => sum + (value - b[k]!) ** 2, 0) / a.length;
}
