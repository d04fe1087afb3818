import { type Face, type Image, type Point, throwIfAborted } from '@verilens/core';
import { alignedCrop, arcfaceAnchors, arcfaceTemplate, type FaceFinder, measureFace } from '@verilens/faces';
import type { PictureSet } from '../datasets/pictures.ts';
import { createRandom, type Random } from '../random.ts';
import { openPicture } from './labelled-files.ts';
import { type SamplePeople, samplePeople } from './sample-people.ts';

export interface SampleFacesOptions {
  readonly finder: FaceFinder;
  /** Side of the aligned crops, in pixels. */
  readonly side: number;
  /** Crops of each person. */
  readonly views: number;
  readonly seed: number | string;
  /** Module that depends on the packages: `import.meta.url`. */
  readonly from?: string;
  readonly signal?: AbortSignal;
}

/** One look at somebody: a picture and the face in it. */
interface Look {
  readonly image: Image;
  readonly face: Face;
}

/** Key points are moved by so much of the distance of the eyes: as unsure as a face finder is. */
const UNSURE = 0.04;
const LIGHT = 0.25;

/**
 * Faces of people who are surely different ones as labelled pictures: those named by a portrait or a video, and the people of the
 * one group photograph with most of them. Crops are aligned as ArcFace networks want them, each with key points moved a little, lit
 * at random, half of them mirrored. Most people are in one photograph only: their crops differ in nothing else.
 *
 * @throws VerilensError NOT_FOUND when the sample pictures are not installed
 */
export async function sampleFacePictures(options: SampleFacesOptions): Promise<PictureSet> {
  const { side, views, seed, signal } = options;
  const people = await looksOf(samplePeople({ from: options.from }), options);
  const random = createRandom(seed).fork('sample faces');
  const size = 3 * side * side;
  const pixels = new Uint8Array(people.size * views * size);
  const labels = new Uint16Array(people.size * views);
  for (const [label, [person, looks]] of [...people].entries()) {
    throwIfAborted(signal, 'sample faces');
    const own = random.fork(person);
    for (let view = 0; view < views; view++) {
      const at = label * views + view;
      labels[at] = label;
      const { data } = viewOf(looks[view % looks.length]!, side, own);
      for (let pixel = 0; pixel < side * side; pixel++)
        for (let channel = 0; channel < 3; channel++) pixels[at * size + 3 * pixel + channel] = data[4 * pixel + channel]!;
    }
  }
  return { name: 'sample faces', width: side, height: side, channels: 3, pixels, labels, classes: [...people.keys()] };
}

async function looksOf({ photos, videos }: SamplePeople, { finder, views, signal }: SampleFacesOptions): Promise<Map<string, Look[]>> {
  const people = new Map<string, Look[]>();
  const add = (person: string, look: Look): unknown => people.set(person, [...(people.get(person) ?? []), look]);
  let group: { readonly source: string; readonly image: Image; readonly faces: readonly Face[] } | undefined;
  for (const { path, person, source } of photos) {
    const image = await openPicture(path, signal);
    const faces = await finder.find(image, { signal });
    if (person !== undefined) {
      const largest = [...faces].sort((a, b) => b.box.width - a.box.width)[0];
      if (largest !== undefined) add(person, { image, face: largest });
    } else if (faces.length > (group?.faces.length ?? 0)) group = { source, image, faces };
  }
  const { openMedia } = await import('@verilens/media');
  for (const { path, person } of videos) {
    await using media = await openMedia(path, { signal });
    // as many looks as there are crops to make, over the whole video
    const fps = Math.min(1, (1000 * views) / (media.info.durationMs ?? 60_000));
    for await (const { image } of media.frames({ sampling: { fps }, signal })) {
      const [face, ...others] = await finder.find(image, { signal });
      if (face !== undefined && others.length === 0) add(person, { image: { ...image, data: image.data.slice() }, face });
    }
  }
  const inOrder = [...(group?.faces ?? [])].sort((a, b) => a.box.x - b.box.x);
  for (const [index, face] of inOrder.entries()) add(`${group!.source}#${index + 1}`, { image: group!.image, face });
  return people;
}

function viewOf({ image, face }: Look, side: number, random: Random): Image {
  const unsure = UNSURE * measureFace(face.keypoints).eyeDistance;
  const keypoints = face.keypoints.map(([x, y]): Point => [x + random.normal(0, unsure), y + random.normal(0, unsure)]);
  const { data } = alignedCrop(
    image,
    arcfaceAnchors({ keypoints: keypoints as unknown as Face['keypoints'] }, arcfaceTemplate(side)),
    side,
  );
  const gain = 1 + random.uniform(-LIGHT, LIGHT);
  const mirrored = random.chance(0.5);
  const out = new Uint8ClampedArray(data.length);
  for (let y = 0; y < side; y++)
    for (let x = 0; x < side; x++) {
      const [to, at] = [4 * (y * side + x), 4 * (y * side + (mirrored ? side - 1 - x : x))];
      for (let channel = 0; channel < 3; channel++) out[to + channel] = data[at + channel]! * gain;
      out[to + 3] = 255;
    }
  return { data: out, width: side, height: side };
}
