import { FRAME_SOURCE, type FrameSource, VerilensError, type VideoFrame } from '@verilens/core';
import { createReadStream, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { media as mediaService, openMedia, type OpenMediaOptions, writeVideo } from '../src/index.ts';
import { yuvConverter } from '../src/yuv.ts';
import {
  collect,
  ffmpeg,
  ffmpegMissing,
  ffprobeTimes,
  meanDifference,
  movingSquare,
  readSquare,
  talkingMp4,
  talkingWebm,
  temporaryFolder,
  turnMp4,
} from './fixtures.ts';

const folder = temporaryFolder();
const file = (name: string): string => join(folder.path, name);
afterAll(() => folder.remove());

const squares = (count: number, size: [number, number] = [160, 96]): import('@verilens/core').Image[] =>
  Array.from({ length: count }, (_, i) => movingSquare(i, ...size));

async function firstFrames(source: string, count: number, options: OpenMediaOptions = {}): Promise<VideoFrame[]> {
  await using media = await openMedia(source, options);
  return await collect(media.frames(), count);
}

describe('real videos', () => {
  const mp4Times: number[] = [];

  test('H.264 in MP4: what is known before decoding', async () => {
    await using media = await openMedia(talkingMp4);
    expect(media.kind).toBe('video');
    expect(media.info).toMatchObject({ format: 'mp4', width: 400, height: 300, frameRate: 25, orientation: 1, decoder: 'webcodecs' });
    expect(media.info.durationMs).toBeCloseTo(30600, -1);
    expect(media.info.codec).toMatch(/^avc1/);
  });

  test('every frame once, in order of time, with sound indices, although the file holds B-frames', async () => {
    await using media = await openMedia(talkingMp4);
    let count = 0;
    let last = -1;
    for await (const frame of media.frames()) {
      expect(frame.index).toBe(count++);
      expect(frame.timestampMs).toBeGreaterThan(last);
      last = frame.timestampMs;
      mp4Times.push(last);
    }
    expect(count).toBe(765);
    expect(last).toBeCloseTo(30_560, 0);
  });

  test.skipIf(ffmpegMissing)('presentation times are those of ffprobe', async () => {
    const webmTimes: number[] = [];
    await using media = await openMedia(talkingWebm);
    for await (const { timestampMs } of media.frames()) webmTimes.push(timestampMs);
    for (const [path, times] of [
      [talkingMp4, mp4Times],
      [talkingWebm, webmTimes],
    ] as const) {
      const expected = ffprobeTimes(path);
      expect(times.length).toBe(expected.length);
      expect(Math.max(...times.map((time, i) => Math.abs(time - expected[i]!)))).toBeLessThan(1);
    }
  });

  test('bursts are neighbours in the source', async () => {
    await using media = await openMedia(talkingWebm);
    const frames = await collect(media.frames({ sampling: { burst: { frames: 8, perSecond: 2 } } }), 24);
    const indices = frames.map((frame) => frame.index);
    for (const start of [0, 8, 16])
      expect(indices.slice(start, start + 8)).toEqual(Array.from({ length: 8 }, (_, i) => indices[start]! + i));
    expect(indices[8]).toBeGreaterThan(8);
  });

  test('paths, bytes, blobs and streams give the same frames', async () => {
    const bytes = new Uint8Array(readFileSync(talkingWebm));
    const reference = await firstFrames(talkingWebm, 3);
    for (const source of [bytes, new Blob([bytes]), Readable.toWeb(createReadStream(talkingWebm)) as ReadableStream<Uint8Array>]) {
      await using media = await openMedia(source);
      const frames = await collect(media.frames(), 3);
      expect(frames.map((frame) => frame.timestampMs)).toEqual(reference.map((frame) => frame.timestampMs));
      expect(Buffer.compare(Buffer.from(frames[2]!.image.data), Buffer.from(reference[2]!.image.data))).toBe(0);
    }
  });

  test('the memory of a released frame serves a later one, which shows the same picture as ever', async () => {
    await using media = await openMedia(talkingMp4);
    const [, , , fourth, fifth, sixth] = await collect(media.frames(), 6);
    const buffers: unknown[] = [];
    const pictures: Uint8Array[] = [];
    for await (const { index, image, release } of media.frames()) {
      buffers.push(image.data.buffer);
      pictures.push(Uint8Array.from(image.data));
      if (index === 2) release!();
      if (index === 2) release!(); // once is enough: the next two frames must not share it
      if (index === 5) break;
    }
    expect(buffers[3]).toBe(buffers[2]);
    expect(new Set(buffers).size).toBe(5);
    for (const [i, frame] of [fourth!, fifth!, sixth!].entries())
      expect(Buffer.compare(pictures[3 + i]!, Buffer.from(frame.image.data))).toBe(0);
  });

  test('files can be read again from the start', async () => {
    await using media = await openMedia(talkingMp4);
    const first = await collect(media.frames(), 2);
    const second = await collect(media.frames(), 2);
    expect(second.map((frame) => frame.timestampMs)).toEqual(first.map((frame) => frame.timestampMs));
  });
});

describe.skipIf(ffmpegMissing)('videos written by ffmpeg', () => {
  beforeAll(async () => {
    await writeVideo(squares(36), file('base.mp4'), { frameRate: 25, quality: 95 });
    ffmpeg('-i', file('base.mp4'), '-c:v', 'libx264', '-bf', '3', '-g', '12', '-pix_fmt', 'yuv420p', '-crf', '12', file('b.mp4'));
  });

  test('three B-frames in a row come in order of presentation', async () => {
    await using media = await openMedia(file('b.mp4'));
    const frames = await collect(media.frames());
    expect(frames.map((frame) => readSquare(frame.image))).toEqual(Array.from({ length: 36 }, (_, i) => i));
    const expected = ffprobeTimes(file('b.mp4'));
    frames.forEach((frame, i) => expect(Math.abs(frame.timestampMs - expected[i]!)).toBeLessThan(1));
  });

  test('a variable frame rate keeps its times', async () => {
    ffmpeg(
      '-i',
      file('base.mp4'),
      '-vf',
      "select='not(mod(n\\,3))+not(mod(n\\,7))'",
      '-fps_mode',
      'vfr',
      '-c:v',
      'libx264',
      '-bf',
      '2',
      '-pix_fmt',
      'yuv420p',
      file('vfr.mp4'),
    );
    await using media = await openMedia(file('vfr.mp4'));
    const frames = await collect(media.frames());
    const expected = ffprobeTimes(file('vfr.mp4'));
    expect(frames.length).toBe(expected.length);
    frames.forEach((frame, i) => expect(Math.abs(frame.timestampMs - expected[i]!)).toBeLessThan(1));
    frames.forEach((frame) => expect(readSquare(frame.image)).toBe(Math.round(frame.timestampMs / 40)));
  });

  test.each([90, 180, 270])('rotation metadata of %i degrees is applied', async (degrees) => {
    writeFileSync(file(`turned${degrees}.mp4`), turnMp4(new Uint8Array(readFileSync(file('base.mp4'))), degrees));
    await using media = await openMedia(file(`turned${degrees}.mp4`));
    const turned = degrees !== 180;
    expect([media.info.width, media.info.height]).toEqual(turned ? [96, 160] : [160, 96]);
    expect(media.info.orientation).toBe({ 90: 6, 180: 3, 270: 8 }[degrees]);
    const [frame] = await collect(media.frames(), 1);
    const reference = ffmpeg(
      '-i',
      file(`turned${degrees}.mp4`),
      '-frames:v',
      '1',
      '-f',
      'rawvideo',
      '-pix_fmt',
      'rgba',
      '-sws_flags',
      'accurate_rnd+full_chroma_int',
      '-',
    );
    expect(meanDifference(frame!.image.data, reference)).toBeLessThan(1);
  });

  test.each([
    ['bt601', ['-colorspace', 'smpte170m'], 'tv'],
    ['bt709', ['-colorspace', 'bt709', '-color_primaries', 'bt709', '-color_trc', 'bt709'], 'tv'],
    ['full range', ['-colorspace', 'bt709'], 'pc'],
  ] as const)('colours of %s agree with ffmpeg', async (name, tags, range) => {
    const path = file(`colour-${name.replaceAll(' ', '-')}.mp4`);
    ffmpeg(
      '-f',
      'lavfi',
      '-i',
      'testsrc2=size=192x108:rate=5:duration=1',
      '-vf',
      `scale=out_color_matrix=${name === 'bt601' ? 'bt601' : 'bt709'}:out_range=${range}`,
      '-pix_fmt',
      'yuv420p',
      '-color_range',
      range,
      ...tags,
      '-c:v',
      'libx264',
      '-crf',
      '10',
      path,
    );
    await using media = await openMedia(path);
    const [frame] = await collect(media.frames(), 1);
    const reference = ffmpeg(
      '-i',
      path,
      '-frames:v',
      '1',
      '-f',
      'rawvideo',
      '-pix_fmt',
      'rgba',
      '-sws_flags',
      'neighbor+accurate_rnd+full_chroma_int',
      '-',
    );
    expect(meanDifference(frame!.image.data, reference)).toBeLessThan(1);
  });

  test('frames before the start of an edit list are not shown', async () => {
    ffmpeg('-i', file('b.mp4'), '-ss', '0.6', '-c', 'copy', file('cut.mp4'));
    const expected = ffprobeTimes(file('cut.mp4'));
    await using media = await openMedia(file('cut.mp4'));
    const frames = await collect(media.frames());
    expect(frames[0]!.timestampMs).toBeGreaterThanOrEqual(0);
    expect(Math.abs(frames.length - expected.filter((time) => time >= -0.01).length)).toBeLessThanOrEqual(1);
    // one frame after the other, in the right order
    const numbers = frames.map((frame) => readSquare(frame.image));
    expect(numbers).toEqual(Array.from({ length: numbers.length }, (_, i) => numbers[0]! + i));
  });

  test('what webcodecs refuses goes through ffmpeg, with its times', async () => {
    ffmpeg('-i', file('base.mp4'), '-c:v', 'mpeg4', '-q:v', '2', '-bf', '2', file('old.avi'));
    ffmpeg('-i', file('base.mp4'), '-c:v', 'mpeg4', '-q:v', '2', file('old.mp4'));
    for (const source of [file('old.avi'), file('old.mp4'), new Uint8Array(readFileSync(file('old.mp4')))]) {
      await using media = await openMedia(source);
      expect(media.info).toMatchObject({ decoder: 'ffmpeg', codec: 'mpeg4', width: 160, height: 96 });
      const frames = await collect(media.frames());
      expect(frames.map((frame) => readSquare(frame.image))).toEqual(Array.from({ length: 36 }, (_, i) => i));
    }
    await expect(openMedia(file('old.mp4'), { decoder: 'webcodecs' })).rejects.toMatchObject({ code: 'UNSUPPORTED' });
  });

  test('videos with odd sides keep their colours', async () => {
    ffmpeg(
      '-f',
      'lavfi',
      '-i',
      'testsrc=size=101x75:rate=5:duration=1',
      '-pix_fmt',
      'yuv420p',
      '-c:v',
      'libvpx-vp9',
      '-crf',
      '10',
      file('odd.webm'),
    );
    const [frame] = await firstFrames(file('odd.webm'), 1);
    expect([frame!.image.width, frame!.image.height]).toEqual([101, 75]);
    // From ffmpeg's planes: its own nearest-neighbour conversion moves chroma when sides are odd.
    const planes = ffmpeg('-i', file('odd.webm'), '-frames:v', '1', '-f', 'rawvideo', '-pix_fmt', 'yuv420p', '-');
    const expected = new Uint8ClampedArray(101 * 75 * 4);
    const layout = [
      { offset: 0, stride: 101 },
      { offset: 101 * 75, stride: 51 },
      { offset: 101 * 75 + 51 * 38, stride: 51 },
    ];
    yuvConverter({ matrix: 'bt601', fullRange: false })(
      { data: planes, width: 101, height: 75, planes: layout, shiftX: 1, shiftY: 1, interleaved: false },
      expected,
    );
    expect(meanDifference(frame!.image.data, expected)).toBeLessThan(0.5);
  });

  test('both decoders agree', async () => {
    const [ours] = await firstFrames(file('b.mp4'), 1);
    const [theirs] = await firstFrames(file('b.mp4'), 1, { decoder: 'ffmpeg' });
    expect(meanDifference(ours!.image.data, theirs!.image.data)).toBeLessThan(2.5);
  });
});

test('the service gives core its frames', async () => {
  let source: FrameSource | undefined;
  mediaService({ sampling: { fps: 2 } }).register({
    register(token, factory) {
      expect(token).toBe(FRAME_SOURCE);
      source = factory((() => Promise.reject(new VerilensError('UNKNOWN_NAME', 'none', { place: 'test' }))) as never) as never;
    },
  });
  const opened = await source!.open(talkingWebm, { fps: 1 });
  expect(opened.kind).toBe('video');
  const frames = await collect(opened.frames, 3);
  expect(frames.map((frame) => Math.round(frame.timestampMs / 1000))).toEqual([0, 1, 2]);
  expect((await collect((await source!.open(talkingWebm)).frames, 3)).map((frame) => Math.round(frame.timestampMs / 500))).toEqual([
    0, 1, 2,
  ]);
  const still = await source!.open(movingSquare(1));
  expect((await collect(still.frames)).length).toBe(1);
});
