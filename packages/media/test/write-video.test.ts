import type { VideoFrame } from '@verilens/core';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { openMedia, writeVideo } from '../src/index.ts';
import { collect, meanDifference, movingSquare, readSquare, temporaryFolder } from './fixtures.ts';

const folder = temporaryFolder();
const file = (name: string): string => join(folder.path, name);
afterAll(() => folder.remove());

const squares = (count: number, size: [number, number] = [160, 96]): import('@verilens/core').Image[] =>
  Array.from({ length: count }, (_, i) => movingSquare(i, ...size));

describe('written videos', () => {
  test.each([
    ['h264', 'squares.mp4', 'mp4'],
    ['vp9', 'squares-vp9.webm', 'webm'],
    ['vp8', 'squares-vp8.webm', 'webm'],
  ] as const)('%s: frame n comes back as frame n, at its time, nearly unchanged', async (codec, name, format) => {
    const written = await writeVideo(squares(30), file(name), { frameRate: 30, codec, quality: 95 });
    expect(written).toMatchObject({ frames: 30, codec, format });
    await using media = await openMedia(file(name));
    expect(media.info.format).toBe(format);
    const frames = await collect(media.frames());
    expect(frames.map((frame) => readSquare(frame.image))).toEqual(Array.from({ length: 30 }, (_, i) => i));
    for (const [i, frame] of frames.entries()) expect(Math.abs(frame.timestampMs - (i * 1000) / 30)).toBeLessThan(1);
    expect(meanDifference(frames[10]!.image.data, movingSquare(10).data)).toBeLessThan(1);
    // no colour cast
    for (const k of [0, 1, 2]) {
      const mean = (data: ArrayLike<number>): number =>
        Array.from({ length: 160 * 96 }, (_, i) => data[4 * i + k]!).reduce((a, b) => a + b) / (160 * 96);
      expect(Math.abs(mean(frames[10]!.image.data) - mean(movingSquare(10).data))).toBeLessThan(0.6);
    }
  });

  test('irregular times are kept', async () => {
    const times = [0, 40, 50, 130, 500, 533, 1000];
    async function* irregular(): AsyncGenerator<VideoFrame, void, undefined> {
      for (const [index, timestampMs] of times.entries()) yield { image: movingSquare(index), timestampMs, index };
    }
    await writeVideo(irregular(), file('irregular.mp4'), {});
    await using media = await openMedia(file('irregular.mp4'));
    const frames = await collect(media.frames());
    expect(frames.map((frame) => Math.round(frame.timestampMs))).toEqual(times);
    expect(frames.map((frame) => readSquare(frame.image))).toEqual([0, 1, 2, 3, 4, 5, 6]);
  });

  test('bad frames and options are refused', async () => {
    await expect(writeVideo([], file('none.mp4'), { frameRate: 10 })).rejects.toMatchObject({ code: 'BAD_INPUT' });
    await expect(writeVideo([movingSquare(0), movingSquare(1, 80, 48)], file('sizes.mp4'), { frameRate: 10 })).rejects.toMatchObject({
      code: 'BAD_INPUT',
    });
    await expect(writeVideo(squares(2, [101, 75]), file('odd.mp4'), { frameRate: 10 })).rejects.toMatchObject({ code: 'BAD_INPUT' });
    await expect(writeVideo(squares(2), file('timeless.mp4'))).rejects.toMatchObject({ code: 'BAD_INPUT' });
    await expect(writeVideo(squares(2), file('rate.mp4'), { frameRate: NaN })).rejects.toMatchObject({ code: 'BAD_OPTION' });
  });
});
