import type { Face, Image, Point, VideoFrame } from '@verilens/core';
import type { FaceFinder } from '@verilens/faces';
import { describe, expect, it } from 'vitest';
import { FORGE_OPERATIONS, FORGE_PARAMETERS, forgeVideo, type SourcePhoto } from '../../src/index.ts';

const at = (x: number, y: number): readonly Point[] => [
  [x - 12, y],
  [x + 12, y],
  [x, y + 12],
  [x, y + 24],
  [x - 26, y + 3],
  [x + 26, y + 3],
];
const finder: FaceFinder = {
  model: 'back',
  find: async (image) =>
    image.data[0] === 0 ? [] : [{ box: { x: 40, y: 30, width: 60, height: 60 }, score: 0.9, keypoints: at(70, 55) as Face['keypoints'] }],
  examine: () => Promise.reject(new Error('not used')),
  dispose: async () => {},
  [Symbol.asyncDispose]: async () => {},
};

function picture(phase: number, first = 9): Image {
  const data = new Uint8ClampedArray(160 * 120 * 4).fill(255);
  for (let i = 0; i < 160 * 120; i++)
    for (let c = 0; c < 3; c++) data[i * 4 + c] = 120 + 80 * Math.sin((i % 160) / 9 + phase) * Math.cos(i / 160 / 8 + c);
  data[0] = first;
  return { data, width: 160, height: 120 };
}
const donor: SourcePhoto = { identity: 'd', image: picture(2), keypoints: at(70, 55) };

async function* video(faceless = -1): AsyncGenerator<VideoFrame> {
  for (let index = 0; index < 12; index++) yield { image: picture(index / 3, index === faceless ? 0 : 9), timestampMs: index * 40, index };
}

describe('forgeVideo', () => {
  it.each(FORGE_OPERATIONS)('%s: every frame once, in order, only the face changed, the input untouched', async (operation) => {
    let count = 0;
    let changed = 0;
    let outside = 0;
    for await (const frame of forgeVideo(video(), finder, operation, { donor, seed: 3 })) {
      expect(frame.index).toBe(count);
      expect(frame.forged).toBe(true);
      const before = picture(count++ / 3);
      for (let i = 0; i < frame.image.data.length; i++) {
        if (frame.image.data[i] === before.data[i]) continue;
        changed++;
        const x = (i >> 2) % 160;
        const y = Math.floor((i >> 2) / 160);
        if (x <= 35 || x >= 105 || y <= 25 || y >= 110) outside++;
      }
    }
    expect(count).toBe(12);
    expect(changed).toBeGreaterThan(1000);
    expect(outside).toBe(0);
  });

  it('passes a frame without a face untouched', async () => {
    for await (const frame of forgeVideo(video(5), finder, 'swap', { donor })) {
      expect(frame.forged).toBe(frame.index !== 5);
      if (frame.index === 5) expect(frame.image.data).toEqual(picture(5 / 3, 0).data);
    }
  });

  it('reenact: every frame of a long video has a mouth of its own neighbourhood, drawn anew', async () => {
    const rangeFrames = 6;
    const shade = (index: number): number => 40 + 2 * index;
    async function* brightening(): AsyncGenerator<VideoFrame> {
      for (let index = 0; index < 80; index++) {
        const data = new Uint8ClampedArray(160 * 120 * 4).fill(shade(index));
        yield { image: { data, width: 160, height: 120 }, timestampMs: index * 40, index };
      }
    }
    const parameters = { ...FORGE_PARAMETERS, reenact: { ...FORGE_PARAMETERS.reenact, rangeFrames } };
    const from: number[] = [];
    for await (const { image, index } of forgeVideo(brightening(), finder, 'reenact', { parameters })) {
      // the middle of the mouth, where the mask is full: its shade tells which frame it came from
      const age = index - (image.data[(80 * 160 + 70) * 4]! - shade(0)) / 2;
      expect(age).toBeGreaterThan(-1);
      expect(age).toBeLessThan(rangeFrames + 1);
      from.push(Math.round(index - age));
    }
    const late = from.slice(rangeFrames);
    expect(new Set(late).size).toBeGreaterThan(late.length / 3);
    expect(late.filter((moment, i) => moment !== late[i - 1]).length).toBeGreaterThan(late.length / 2);
  });

  it('reenact: says when none of the given moments is near', async () => {
    const far = { identity: 'x', startIndex: 5000, images: [picture(0)], keypoints: [at(70, 55)], transforms: [] };
    await expect(forgeVideo(video(), finder, 'reenact', { moments: [far] }).next()).rejects.toMatchObject({ code: 'BAD_OPTION' });
  });

  it('refuses a swap without a donor', async () => {
    await expect(forgeVideo(video(), finder, 'swap').next()).rejects.toMatchObject({ code: 'BAD_OPTION' });
  });
});
