import type { Plugin, Tracker, VideoFrame } from '@verilens/core';
import { openMedia } from '@verilens/media';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { brightness, installed, temporaryFolder, verilens } from './helpers.ts';

/** Moves one pixel to the right with each frame, and loses its object at the end. */
const drifter: Plugin<'tracker'> = {
  name: 'drifter',
  role: 'tracker',
  apiVersion: 1,
  async create({ runtime }): Promise<Tracker> {
    let x = 0;
    const result = (frame: VideoFrame, step: number) => ({
      box: { x: (x += step), y: 1, width: 2, height: 3 },
      confidence: 0.5,
      state: frame.index === 3 ? ('lost' as const) : ('tracking' as const),
      timestampMs: frame.timestampMs,
      device: runtime.device,
      durationMs: 1,
    });
    return {
      name: 'drifter',
      warmup: async () => undefined,
      init: async (frame, box) => {
        x = box.x;
        return result(frame, 0);
      },
      update: async (frame) => result(frame, 1),
      dispose: async () => undefined,
      [Symbol.asyncDispose]: async () => undefined,
    };
  },
};

const plugins = [installed(brightness()), installed(drifter)];

it('follows a box and writes what it found', async () => {
  const folder = await temporaryFolder({ 'clip.txt': 'score 0.5' });
  const { code, out } = await verilens(['track', 'clip.txt', '--box', '1,1,2,3', '--out', 'boxes.json'], { folder, plugins });
  expect(code).toBe(0);
  expect(out).toMatch(/clip\.txt: 4 frames, 75 % tracking, 0 % uncertain, 25 % lost/);
  const document = JSON.parse(await readFile(join(folder, 'boxes.json'), 'utf8')) as { frames: unknown[] };
  expect(document).toMatchObject({ video: 'clip.txt', plugin: 'drifter', device: 'cpu', complete: true });
  expect(document.frames[3]).toEqual({ index: 3, timestampMs: 300, box: [4, 1, 2, 3], confidence: 0.5, state: 'lost' });
});

it('writes a report: path, frames and curves on one page', async () => {
  const folder = await temporaryFolder({ 'clip.txt': 'score 0.5' });
  const { code } = await verilens(['track', 'clip.txt', '--box', '1,1,2,3', '--report', 'out/report.html'], { folder, plugins });
  expect(code).toBe(0);
  const page = await readFile(join(folder, 'out/report.html'), 'utf8');
  expect(page).toContain('Tracking report');
  expect(page.match(/<img src="data:image\/png/g)).toHaveLength(4);
  expect(page).toContain('75 % tracking');
});

it('writes a video that plays, with the box in each frame; a picture of odd sides loses its last row and column', async () => {
  const folder = await temporaryFolder({ 'clip.txt': 'score 0.5 side 65' });
  const { code } = await verilens(['track', 'clip.txt', '--box', '20,20,24,20', '--video', 'followed.mp4'], { folder, plugins });
  expect(code).toBe(0);
  await using media = await openMedia(join(folder, 'followed.mp4'));
  expect(media.info).toMatchObject({ format: 'mp4', width: 64, height: 64 });
  const seen: number[][] = [];
  for await (const { image, timestampMs } of media.frames()) {
    const at = (x: number, y: number): number[] => [...image.data.subarray((y * 64 + x) * 4, (y * 64 + x) * 4 + 3)];
    // what the tracker gives is 2 x 3 pixels at (20 + index, 1), green while it is seen and red where it is lost
    const [red, green] = at(20 + seen.length, 2) as [number, number, number];
    seen.push([timestampMs, Math.sign(green - red)]);
    for (const level of at(5, 50)) expect(Math.abs(level - 128)).toBeLessThan(8);
  }
  expect(seen).toEqual([
    [0, 1],
    [100, 1],
    [200, 1],
    [300, -1],
  ]);
});

it('keeps what it followed before a damaged frame, and says that it is not all', async () => {
  const folder = await temporaryFolder({ 'clip.txt': 'score 0.5 broken' });
  const { code, err } = await verilens(['track', 'clip.txt', '--box', '1,1,2,3', '--out', 'boxes.json'], { folder, plugins });
  expect(code).toBe(2);
  expect(err).toMatch(/Stopped after 2 frames.*a frame is damaged/s);
  const document = JSON.parse(await readFile(join(folder, 'boxes.json'), 'utf8')) as { frames: unknown[]; complete: boolean };
  expect([document.frames.length, document.complete]).toEqual([2, false]);
});

it('begins the written video where following begins', async () => {
  const folder = await temporaryFolder({ 'clip.txt': 'score 0.5 side 64' });
  const { code } = await verilens(['track', 'clip.txt', '--box', '20,20,24,20', '--from', '150', '--video', 'late.webm'], {
    folder,
    plugins,
  });
  expect(code).toBe(0);
  await using media = await openMedia(join(folder, 'late.webm'));
  const times: number[] = [];
  for await (const { timestampMs } of media.frames()) times.push(timestampMs);
  expect(times).toEqual([0, 100]);
});

it('begins where it is told, one JSON line a frame', async () => {
  const folder = await temporaryFolder({ 'clip.txt': 'score 0.5' });
  const { code, out } = await verilens(['track', 'clip.txt', '--box', '1,1,2,3', '--from', '150', '--json'], { folder, plugins });
  expect(code).toBe(0);
  expect(
    out
      .trim()
      .split('\n')
      .map((line) => (JSON.parse(line) as { index: number; box: number[] }).box[0]),
  ).toEqual([1, 2]);
});

it('says what is wrong with the command, the video and the choice of tracker', async () => {
  const folder = await temporaryFolder({ 'clip.txt': 'score 0.5', 'bad.txt': 'nonsense' });
  const said = async (...args: string[]) => verilens(['track', ...args], { folder, plugins });
  expect(await said('clip.txt', '--box', '1,1,0,3')).toMatchObject({ code: 64, err: expect.stringContaining('x,y,width,height') });
  expect(await said('clip.txt')).toMatchObject({ code: 64, err: expect.stringContaining('--box') });
  expect(await said('bad.txt', '--box', '1,1,2,3')).toMatchObject({ code: 2, err: expect.stringContaining('damaged') });
  expect(await said('clip.txt', '--box', '1,1,2,3', '--from', '9000')).toMatchObject({ code: 2, err: expect.stringContaining('9000 ms') });
  expect(await said('clip.txt', '--box', '1,1,2,3', '--plugin', 'drifte')).toMatchObject({
    code: 2,
    err: expect.stringContaining('drifter'),
  });
  expect(await verilens(['track', 'clip.txt', '--box', '1,1,2,3'], { folder })).toMatchObject({
    code: 2,
    err: expect.stringContaining('no tracker is installed'),
  });
});
