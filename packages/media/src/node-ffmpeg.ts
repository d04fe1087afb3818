import { throwIfAborted, VerilensError } from '@verilens/core';
import { execFile, spawn } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import type { ByteSource } from './byte-source.ts';
import { DEFAULT_MAX_PIXELS } from './container.ts';
import type { LazyFrame, Opened } from './opened.ts';
import type { Format } from './sniff.ts';
import type { OpenMediaOptions } from './types.ts';

/**
 * ffmpeg's name of each container: always given, never guessed, so that a playlist or a concat script dressed up as a
 * video cannot make ffmpeg open other files.
 */
const DEMUXERS: Partial<Record<Format, string>> = {
  mp4: 'mov',
  mov: 'mov',
  webm: 'matroska',
  mkv: 'matroska',
  avi: 'avi',
  mpegts: 'mpegts',
  flv: 'flv',
  asf: 'asf',
  mpeg: 'mpeg',
  ogg: 'ogg',
};

interface Probe {
  readonly width: number;
  readonly height: number;
  readonly codec: string;
  readonly frameRate: number | undefined;
  readonly durationMs: number | undefined;
  readonly rotation: number;
}

/** A video through the `ffmpeg` and `ffprobe` programs; undefined when they are not installed. */
export async function openWithFfmpeg(source: ByteSource, format: Format, options: OpenMediaOptions): Promise<Opened | undefined> {
  const demuxer = DEMUXERS[format];
  if (demuxer === undefined || !(await installed())) return undefined;
  const place = `media ${source.name}`;
  let folder: string | undefined;
  let path = source.path;
  if (path === undefined) {
    // ffmpeg seeks in its input, so what is not a file becomes one until it is closed.
    folder = await mkdtemp(join(tmpdir(), 'verilens-'));
    path = join(folder, 'input');
    await writeFile(path, await source.bytes(options.maxImageBytes ?? 512 * 1024 * 1024));
  }
  const cleanUp = async (): Promise<void> => {
    if (folder !== undefined) await rm(folder, { recursive: true, force: true });
    await source.close();
  };
  const input = ['-protocol_whitelist', 'file', '-f', demuxer, '-i', `file:${path}`];
  try {
    const probe = await probeVideo(input, place, options.signal);
    const turned = probe.rotation % 180 !== 0;
    const width = turned ? probe.height : probe.width;
    const height = turned ? probe.width : probe.height;
    const limit = options.maxPixels ?? DEFAULT_MAX_PIXELS;
    if (width * height > limit)
      throw new VerilensError('TOO_LARGE', 'the video is too large', {
        place,
        expected: `at most ${limit} pixels`,
        got: `${width} x ${height}`,
      });
    return {
      kind: 'video',
      info: {
        format,
        width,
        height,
        codec: probe.codec,
        frameRate: probe.frameRate,
        durationMs: probe.durationMs,
        orientation: ({ 0: 1, 90: 6, 180: 3, 270: 8 } as const)[probe.rotation as 0] ?? 1,
        decoder: 'ffmpeg',
      },
      frames: (signal) => decode(input, width, height, place, signal),
      close: cleanUp,
    };
  } catch (error) {
    await cleanUp();
    throw error;
  }
}

let found: Promise<boolean> | undefined;
function installed(): Promise<boolean> {
  found ??= Promise.all(
    ['ffmpeg', 'ffprobe'].map(
      (program) => new Promise<boolean>((resolve) => execFile(program, ['-version'], (error) => resolve(error === null))),
    ),
  ).then((all) => all.every(Boolean));
  return found;
}

async function probeVideo(input: readonly string[], place: string, signal: AbortSignal | undefined): Promise<Probe> {
  const text = await new Promise<string>((resolve, reject) => {
    execFile(
      'ffprobe',
      ['-v', 'error', '-select_streams', 'v:0', '-show_streams', '-show_format', '-of', 'json', ...input],
      { timeout: 30_000, maxBuffer: 1 << 24, signal },
      (error, stdout, stderr) => {
        if (error === null) resolve(stdout);
        else if (signal?.aborted) reject(new VerilensError('ABORTED', 'cancelled by the caller', { place, cause: error }));
        else
          reject(
            new VerilensError('BAD_INPUT', 'the video cannot be read', {
              place,
              got: stderr.trim().split('\n').at(-1) ?? error.message,
              cause: error,
            }),
          );
      },
    );
  });
  const answer = JSON.parse(text) as {
    streams?: {
      width?: number;
      height?: number;
      codec_name?: string;
      avg_frame_rate?: string;
      duration?: string;
      side_data_list?: { rotation?: number }[];
    }[];
    format?: { duration?: string };
  };
  const stream = answer.streams?.[0];
  if (stream === undefined)
    throw new VerilensError('BAD_INPUT', 'the file has no video track', { place, expected: 'a video', got: 'sound or data only' });
  const [over = 0, under = 0] = (stream.avg_frame_rate ?? '').split('/').map(Number);
  const seconds = Number(stream.duration ?? answer.format?.duration);
  // ffprobe counts anticlockwise.
  const rotation = (((-(stream.side_data_list?.find((data) => data.rotation !== undefined)?.rotation ?? 0) % 360) + 360) % 360) as number;
  return {
    width: stream.width ?? 0,
    height: stream.height ?? 0,
    codec: stream.codec_name ?? 'unknown',
    frameRate: over > 0 && under > 0 ? over / under : undefined,
    durationMs: Number.isFinite(seconds) ? seconds * 1000 : undefined,
    rotation,
  };
}

async function* decode(
  input: readonly string[],
  width: number,
  height: number,
  place: string,
  signal: AbortSignal | undefined,
): AsyncGenerator<LazyFrame, void, undefined> {
  // The showinfo filter names each frame's time on standard error, in the order of the pixels on standard output.
  const child = spawn(
    'ffmpeg',
    [
      '-hide_banner',
      '-nostdin',
      '-loglevel',
      'info',
      ...input,
      '-map',
      '0:v:0',
      '-an',
      '-sn',
      '-dn',
      '-vf',
      'showinfo=checksum=0',
      '-fps_mode',
      'passthrough',
      '-f',
      'rawvideo',
      '-pix_fmt',
      'rgba',
      'pipe:1',
    ],
    {
      stdio: ['ignore', 'pipe', 'pipe'],
    },
  );
  const times: number[] = [];
  const complaints: string[] = [];
  let wake: (() => void) | undefined;
  let ended = false;
  createInterface({ input: child.stderr }).on('line', (line) => {
    const time = /showinfo.* pts_time:\s*(\S+)/.exec(line)?.[1];
    if (time !== undefined) {
      times.push(Number(time));
      wake?.();
    } else if (/error|invalid|corrupt|truncat|partial/i.test(line) && complaints.length < 20) complaints.push(line.trim());
  });
  const exit = new Promise<number | null>((resolve) => {
    child.on('error', () => resolve(-1));
    child.on('close', (code) => resolve(code));
  }).then((code) => {
    ended = true;
    wake?.();
    return code;
  });
  const stop = (): void => void child.kill('SIGKILL');
  signal?.addEventListener('abort', stop);
  const size = width * height * 4;
  let frame = new Uint8ClampedArray(size);
  let filled = 0;
  let index = 0;
  try {
    // Reading the pipe only when asked is the back pressure: ffmpeg waits when it is full.
    for await (const chunk of child.stdout as AsyncIterable<Uint8Array>) {
      throwIfAborted(signal, place);
      let offset = 0;
      while (offset < chunk.length) {
        const count = Math.min(size - filled, chunk.length - offset);
        frame.set(chunk.subarray(offset, offset + count), filled);
        filled += count;
        offset += count;
        if (filled < size) continue;
        while (times.length === 0 && !ended) await new Promise<void>((resolve) => (wake = resolve));
        const seconds = times.shift();
        if (seconds === undefined || !Number.isFinite(seconds))
          throw new VerilensError('BAD_INPUT', 'a frame of the video has no time', { place, got: String(seconds) });
        const image = { data: frame, width, height };
        frame = new Uint8ClampedArray(size);
        filled = 0;
        yield { timestampMs: seconds * 1000, index: index++, image: async () => image, release: () => {} };
        throwIfAborted(signal, place);
      }
    }
    const code = await exit;
    throwIfAborted(signal, place);
    if (code !== 0 || index === 0 || complaints.length > 0) {
      throw new VerilensError(
        'BAD_INPUT',
        index === 0 ? 'no frame of the video can be decoded' : `the video is damaged; ${index} frames were readable`,
        { place, got: complaints.at(-1) ?? `ffmpeg ended with ${code}` },
      );
    }
  } finally {
    signal?.removeEventListener('abort', stop);
    stop();
  }
}
