import { VerilensError } from '@verilens/core';
import { expect, test } from 'vitest';
import type { LazyFrame } from '../src/opened.ts';
import { checkSampling, sampleFrames } from '../src/sampling.ts';
import type { Sampling } from '../src/types.ts';

async function sample(times: readonly number[], sampling: Sampling): Promise<{ taken: number[]; released: number[] }> {
  const released: number[] = [];
  async function* source(): AsyncGenerator<LazyFrame, void, undefined> {
    for (const [index, timestampMs] of times.entries())
      yield { timestampMs, index, image: () => Promise.reject(new Error('not converted here')), release: () => released.push(index) };
  }
  const taken: number[] = [];
  for await (const frame of sampleFrames(source(), sampling)) taken.push(frame.index);
  return { taken, released };
}
const at = (fps: number, count: number): number[] => Array.from({ length: count }, (_, i) => (i * 1000) / fps);

test('all gives every frame', async () => {
  expect(await sample(at(25, 5), 'all')).toEqual({ taken: [0, 1, 2, 3, 4], released: [] });
});

test('every frame is either taken or released, once', async () => {
  for (const sampling of [{ fps: 7 }, { everyMs: 300 }, { burst: { frames: 3, perSecond: 2 } }] satisfies Sampling[]) {
    const { taken, released } = await sample(at(25, 101), sampling);
    expect([...taken, ...released].sort((a, b) => a - b)).toEqual(Array.from({ length: 101 }, (_, i) => i));
  }
});

test('a grid takes the nearest frame', async () => {
  // 25 fps sampled at 4: grid 0, 250, 500 …; frames at 240 and 280: 240 is nearer
  expect((await sample(at(25, 26), { fps: 4 })).taken).toEqual([0, 6, 12, 19, 25]);
  // irregular times
  expect((await sample([0, 90, 130, 390, 420, 800], { everyMs: 100 })).taken).toEqual([0, 1, 2, 3, 4, 5]);
  expect((await sample([0, 60, 140, 200], { everyMs: 100 })).taken).toEqual([0, 1, 3]);
});

test('a grid finer than the source repeats nothing, and does not drift over an hour', async () => {
  expect((await sample(at(10, 5), { fps: 30 })).taken).toEqual([0, 1, 2, 3, 4]);
  const { taken } = await sample(at(30, 108_000), { fps: 29.97 });
  expect(taken.length).toBe(Math.round(3600 * 29.97));
});

test('the grid starts at the first frame, wherever that lies', async () => {
  expect((await sample([5000, 5040, 5080, 5120], { everyMs: 80 })).taken).toEqual([0, 2]);
});

test('bursts are runs of neighbours', async () => {
  const { taken } = await sample(at(25, 50), { burst: { frames: 8, perSecond: 2 } });
  expect(taken).toEqual([
    0, 1, 2, 3, 4, 5, 6, 7, 13, 14, 15, 16, 17, 18, 19, 20, 25, 26, 27, 28, 29, 30, 31, 32, 38, 39, 40, 41, 42, 43, 44, 45,
  ]);
});

test('bursts of a fast video keep every n-th frame, those of a slow one every frame', async () => {
  const taken = async (fps: number): Promise<number[]> =>
    (await sample(at(fps, 2 * fps), { burst: { frames: 4, perSecond: 1, frameMs: 40 } })).taken;
  expect(await taken(60)).toEqual([0, 2, 4, 6, 60, 62, 64, 66]);
  expect(await taken(50)).toEqual([0, 2, 4, 6, 50, 52, 54, 56]);
  for (const fps of [12, 24, 25, 30]) expect(await taken(fps)).toEqual([0, 1, 2, 3, fps, fps + 1, fps + 2, fps + 3]);
  expect(await taken(120)).toEqual([0, 4, 8, 12, 120, 124, 128, 132]);
});

test('bursts longer than their period follow each other', async () => {
  expect((await sample(at(10, 12), { burst: { frames: 8, perSecond: 2 } })).taken).toEqual(at(10, 12).map((_, i) => i));
});

test('a gap of years in the times costs no time', async () => {
  const started = performance.now();
  expect((await sample([0, 1e13], { everyMs: 0.01 })).taken).toEqual([0, 1]);
  expect((await sample([0, 1e13], { burst: { frames: 1, perSecond: 1000 } })).taken).toEqual([0, 1]);
  expect(performance.now() - started).toBeLessThan(1000);
});

test('leaving early releases what is held', async () => {
  const open = new Set<number>();
  let ended = false;
  async function* source(): AsyncGenerator<LazyFrame, void, undefined> {
    try {
      for (let index = 0; ; index++) {
        open.add(index);
        yield { timestampMs: index * 40, index, image: () => Promise.reject(new Error()), release: () => open.delete(index) };
      }
    } finally {
      ended = true;
    }
  }
  for await (const frame of sampleFrames(source(), { everyMs: 100 })) {
    open.delete(frame.index);
    if (frame.index > 20) break;
  }
  expect(ended).toBe(true);
  expect([...open]).toEqual([]);
});

test.each([
  { fps: 0 },
  { fps: NaN },
  { everyMs: -1 },
  { burst: { frames: 0, perSecond: 1 } },
  { burst: { frames: 1.5, perSecond: 1 } },
  { burst: { frames: 2, perSecond: 1, frameMs: 0 } },
  {},
  null,
  'some',
])('refuses %j', (sampling) => {
  expect(() => checkSampling(sampling as never)).toThrow(VerilensError);
});
