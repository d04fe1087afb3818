import type { VideoFrame } from '@verilens/core';
import { describe, expect, test } from 'vitest';
import { openMedia } from '../src/index.ts';
import { collect, movingSquare } from './fixtures.ts';

describe('cameras and other producers of frames', () => {
  async function* camera(times: readonly number[]): AsyncGenerator<VideoFrame, void, undefined> {
    for (const [index, timestampMs] of times.entries()) yield { image: movingSquare(index), timestampMs, index };
  }

  test('are sampled and passed on', async () => {
    await using media = await openMedia(camera([0, 100, 200, 300, 400]));
    expect((await collect(media.frames({ sampling: { everyMs: 200 } }))).map((frame) => frame.index)).toEqual([0, 2, 4]);
    await expect(collect(media.frames())).rejects.toMatchObject({ code: 'BAD_INPUT' });
  });

  test('must have finite, rising times', async () => {
    for (const times of [
      [0, NaN],
      [0, 50, 20],
    ]) {
      await using media = await openMedia(camera(times));
      await expect(collect(media.frames())).rejects.toMatchObject({ code: 'BAD_INPUT' });
    }
  });
});
