import { createRandom, trackingSequence, type TrackingEvent } from '@verilens/data';
import { trackingScore } from '@verilens/metrics';
import type { Box, Tracker, VideoFrame } from '@verilens/core';
import { fakeRuntime } from '@verilens/testing';
import { describe, expect, it } from 'vitest';
import { channelDistillation, type ChannelDistillationOptions } from '../src/index.ts';

const open = (options: ChannelDistillationOptions = {}): Promise<Tracker> =>
  channelDistillation(options).create({ runtime: fakeRuntime() });

async function run(event: TrackingEvent, options: ChannelDistillationOptions = {}, frames = 24): Promise<number> {
  await using tracker = await open({ cells: 32, ...options });
  const boxes: Box[] = [];
  const truth: (Box | undefined)[] = [];
  for await (const { frame, box } of trackingSequence({ event, seed: 3, frames: frames * 4, width: 200, height: 150, size: 30 })) {
    boxes.push((boxes.length === 0 ? await tracker.init(frame, box!) : await tracker.update(frame)).box);
    truth.push(box);
    if (truth.length === frames) break;
  }
  return trackingScore(boxes, truth).successAuc;
}

describe('a drawn object', () => {
  it.each(['plain', 'scale', 'illumination', 'distractors'] as const)('%s', async (event) => {
    expect(await run(event)).toBeGreaterThan(0.75);
  });

  it('is followed by the plain filter and with all channels too', async () => {
    expect(await run('plain', { solver: 'dcf' })).toBeGreaterThan(0.6);
    expect(await run('plain', { distil: false })).toBeGreaterThan(0.75);
  });

  it('is followed after channels were chosen anew', async () => {
    expect(await run('plain', { redistilEvery: 50 }, 60)).toBeGreaterThan(0.7);
  }, 60_000);
});

describe('odd input', () => {
  const frame = (width: number, height: number, index: number, fill: (i: number) => number = () => 90): VideoFrame => ({
    image: { data: Uint8ClampedArray.from({ length: width * height * 4 }, (_, i) => fill(i)), width, height },
    timestampMs: index * 40,
    index,
  });
  const grain = createRandom(1);
  const noisy = (index: number): VideoFrame => frame(80, 60, index, () => grain.integer(0, 256));

  it('names the limit for a box that is too small, and for one far larger than the frame', async () => {
    await using tracker = await open({ cells: 16 });
    await expect(tracker.init(frame(80, 60, 0), { x: 10, y: 10, width: 1, height: 1 })).rejects.toThrow(/at least 4 pixels/);
    await expect(tracker.init(frame(80, 60, 0), { x: -100, y: 0, width: 300, height: 30 })).rejects.toThrow(/at most 160 x 120/);
  });

  it('refuses a frame of another size and says what to do', async () => {
    await using tracker = await open({ cells: 16 });
    await tracker.init(frame(80, 60, 0), { x: 10, y: 10, width: 20, height: 20 });
    await expect(tracker.update(frame(60, 80, 1))).rejects.toThrow(/80 x 60.*60 x 80/s);
  });

  it('takes a box over the border, a static picture and a flat one without a number that is not finite', async () => {
    await using tracker = await open({ cells: 16 });
    for (const first of [noisy(0), frame(80, 60, 0)]) {
      await tracker.init(first, { x: -8, y: 45, width: 30, height: 30 });
      for (let i = 1; i < 4; i++) {
        const { box, confidence } = await tracker.update({ ...first, timestampMs: i * 40, index: i });
        expect([...Object.values(box), confidence].every(Number.isFinite)).toBe(true);
      }
    }
  });

  it('keeps its box on a static picture of something', async () => {
    await using tracker = await open({ cells: 24 });
    let first: VideoFrame | undefined;
    let given: Box | undefined;
    for await (const { frame: at, box } of trackingSequence({ event: 'plain', seed: 5, width: 160, height: 120, size: 24 })) {
      [first, given] = [at, box!];
      break;
    }
    await tracker.init(first!, given!);
    for (let i = 1; i < 12; i++) {
      const { box, state, figures } = await tracker.update({ ...first!, timestampMs: i * 40, index: i });
      expect(state).toBe('tracking');
      expect(figures!['likeness']).toBeGreaterThan(0.9);
      expect(Math.hypot(box.x - given!.x, box.y - given!.y)).toBeLessThan(1);
      expect(box.width / given!.width).toBeCloseTo(1, 1);
    }
  });

  it('says lost after a cut to another scene, and stays where it was', async () => {
    await using tracker = await open({ cells: 24 });
    let last: Box | undefined;
    for await (const { frame: at, box } of trackingSequence({ event: 'plain', seed: 5, frames: 80, width: 160, height: 120, size: 24 })) {
      last = (at.index === 0 ? await tracker.init(at, box!) : await tracker.update(at)).box;
      if (at.index === 8) break;
    }
    let states = '';
    for await (const { frame: at } of trackingSequence({ event: 'plain', seed: 77, frames: 80, width: 160, height: 120, size: 24 })) {
      const { box, state } = await tracker.update({ ...at, timestampMs: 1000 + at.timestampMs });
      states += state === 'lost' ? 'L' : '-';
      if (state === 'lost' && !states.includes('-')) expect(box).toEqual(last);
      if (at.index === 5) break;
    }
    expect(states).toMatch(/^L{4,}/);
  });

  it('refuses options it cannot use', async () => {
    await expect(open({ cells: 7 })).rejects.toThrow(/16 to 128/);
    await expect(open({ solver: 'magic' as never })).rejects.toThrow(/dcf or spatial/);
  });
});
