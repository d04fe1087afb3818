import { type Image, VerilensError, type VideoFrame } from '@verilens/core';
import { chmodSync, copyFileSync, mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { openMedia, type OpenMediaOptions, writeVideo } from '../src/index.ts';
import { collect, ffmpeg, ffmpegMissing, movingSquare, talkingMp4, talkingWebm, temporaryFolder } from './fixtures.ts';

const folder = temporaryFolder();
const file = (name: string): string => join(folder.path, name);
afterAll(() => folder.remove());

/** Opens and reads everything: the frames before the error, and the error. */
async function drain(
  source: Parameters<typeof openMedia>[0],
  options: OpenMediaOptions = {},
): Promise<{ frames: number; error: VerilensError | undefined }> {
  let frames = 0;
  try {
    await using media = await openMedia(source, options);
    for await (const _ of media.frames()) frames++;
    return { frames, error: undefined };
  } catch (error) {
    expect(error).toBeInstanceOf(VerilensError);
    return { frames, error: error as VerilensError };
  }
}

describe('damaged videos', () => {
  let mp4: Uint8Array;
  let webm: Uint8Array;
  const count = 150;
  beforeAll(async () => {
    // A picture with grain, so that the bytes lie evenly over the frames.
    const grain = (index: number): Image => {
      const image = movingSquare(index % 30);
      let state = index + 1;
      image.data.forEach((value, i) => (image.data[i] = value + ((state = (state * 1103515245 + 12345) & 0x7fffffff) >> 28)));
      return image;
    };
    const frames = Array.from({ length: count }, (_, i) => grain(i));
    await writeVideo(frames, file('whole.mp4'), { frameRate: 25 });
    await writeVideo(frames, file('whole.webm'), { frameRate: 25, codec: 'vp8' });
    mp4 = new Uint8Array(readFileSync(file('whole.mp4')));
    webm = new Uint8Array(readFileSync(file('whole.webm')));
  });

  test('the whole files are sound', async () => {
    expect(await drain(mp4)).toEqual({ frames: count, error: undefined });
    expect(await drain(webm)).toEqual({ frames: count, error: undefined });
  });

  test.each([0.001, 0.3, 0.9])('an MP4 cut to %d of its length ends in BAD_INPUT', async (share) => {
    const { error } = await drain(mp4.slice(0, mp4.length * share));
    expect(error?.code).toBe('BAD_INPUT');
  });

  test.skipIf(ffmpegMissing)('an MP4 with its index in front gives the frames before the cut, then the error', async () => {
    ffmpeg('-i', file('whole.mp4'), '-c', 'copy', '-movflags', '+faststart', file('fast.mp4'));
    const whole = new Uint8Array(readFileSync(file('fast.mp4')));
    const { frames, error } = await drain(whole.slice(0, whole.length * 0.6));
    expect(error?.code).toBe('BAD_INPUT');
    expect(error?.message).toContain('truncated');
    expect(frames).toBeGreaterThan(40);
    expect(frames).toBeLessThan(count);
  });

  test('a WebM cut in the middle gives the frames before the cut, then the error', async () => {
    const { frames, error } = await drain(webm.slice(0, webm.length * 0.5));
    expect(error?.code).toBe('BAD_INPUT');
    expect(frames).toBeGreaterThan(40);
    expect(frames).toBeLessThan(count);
  });

  test('bytes overwritten in the middle never hang or crash', async () => {
    for (const [source, from] of [
      [mp4, 0.4],
      [webm, 0.4],
      [mp4, 0.97],
    ] as const) {
      const bytes = source.slice();
      bytes.fill(0xa5, bytes.length * from, bytes.length * (from + 0.02));
      const { frames, error } = await drain(bytes);
      if (error === undefined) expect(frames).toBeGreaterThan(count - 10);
      else expect(['BAD_INPUT', 'UNSUPPORTED']).toContain(error.code);
    }
  });

  test.skipIf(ffmpegMissing)('sound without a picture is refused', async () => {
    ffmpeg('-f', 'lavfi', '-i', 'sine=duration=1', '-c:a', 'aac', file('sound.mp4'));
    const { error } = await drain(file('sound.mp4'));
    expect(error?.code).toBe('BAD_INPUT');
    expect(error?.message).toContain('no video track');
  });

  test('frames above the limit are refused before decoding', async () => {
    expect((await drain(talkingMp4, { maxPixels: 1000 })).error?.code).toBe('TOO_LARGE');
  });
});

describe('files', () => {
  test('a missing file names its neighbours', async () => {
    copyFileSync(talkingWebm, file('interview.webm'));
    const { error } = await drain(file('intervew.webm'));
    expect(error?.code).toBe('NOT_FOUND');
    expect(error?.message).toContain('interview.webm');
    expect((await drain(file('no/such/folder.mp4'))).error?.code).toBe('NOT_FOUND');
  });

  test("a folder, an empty file, text with a picture's name, a name with the wrong extension", async () => {
    mkdirSync(file('folder.mp4'));
    expect((await drain(file('folder.mp4'))).error?.code).toBe('BAD_INPUT');
    writeFileSync(file('empty.png'), '');
    expect((await drain(file('empty.png'))).error?.message).toContain('empty');
    writeFileSync(file('text.png'), 'not a picture');
    expect((await drain(file('text.png'))).error?.code).toBe('BAD_INPUT');
    copyFileSync(talkingWebm, file('really-webm.jpg'));
    await using media = await openMedia(file('really-webm.jpg'));
    expect(media.info.format).toBe('webm');
  });

  test.skipIf(process.getuid?.() === 0)('a file without read permission', async () => {
    writeFileSync(file('secret.mp4'), 'x');
    chmodSync(file('secret.mp4'), 0);
    expect((await drain(file('secret.mp4'))).error?.code).toBe('NOT_FOUND');
  });

  test.skipIf(process.platform === 'win32')('a device is not read', async () => {
    symlinkSync('/dev/zero', file('zero.mp4'));
    expect((await drain(file('zero.mp4'))).error?.code).toBe('BAD_INPUT');
  });
});

describe('stopping', () => {
  test('an abort ends the loop with ABORTED', async () => {
    const controller = new AbortController();
    await using media = await openMedia(talkingMp4, { signal: controller.signal });
    const seen: VideoFrame[] = [];
    const reading = (async () => {
      for await (const frame of media.frames()) {
        seen.push(frame);
        if (seen.length === 5) controller.abort();
      }
    })();
    await expect(reading).rejects.toMatchObject({ code: 'ABORTED' });
    expect(seen.length).toBe(5);
    await expect(openMedia(talkingMp4, { signal: controller.signal })).rejects.toMatchObject({ code: 'ABORTED' });
  });

  test('closing inside the loop ends it with DISPOSED, and closes for good', async () => {
    const media = await openMedia(talkingMp4);
    const reading = (async () => {
      for await (const frame of media.frames()) if (frame.index === 2) await media.close();
    })();
    await expect(reading).rejects.toMatchObject({ code: 'DISPOSED' });
    await expect(collect(media.frames())).rejects.toMatchObject({ code: 'DISPOSED' });
    await media.close();
  });

  test('closing a video whose loop was left standing releases the decoder', async () => {
    const media = await openMedia(talkingWebm);
    const frames = media.frames()[Symbol.asyncIterator]();
    await frames.next();
    await media.close();
    await expect(frames.next()).rejects.toMatchObject({ code: 'DISPOSED' });
  });

  test('opening and leaving early again and again does not grow memory', async () => {
    const round = async (): Promise<void> => {
      await using media = await openMedia(talkingMp4);
      await collect(media.frames({ sampling: { fps: 5 } }), 2);
    };
    for (let i = 0; i < 5; i++) await round();
    const before = process.memoryUsage().rss;
    for (let i = 0; i < 25; i++) await round();
    expect(process.memoryUsage().rss - before).toBeLessThan(150e6);
  });
});
