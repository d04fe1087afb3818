import type { Box, Image } from '@verilens/core';
import { execFile, spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';

export type Peer = 'KCF' | 'CSRT';
export type PeerAnswer = Readonly<
  Record<Peer, { readonly box: readonly [number, number, number, number]; readonly ms: number; readonly cpuMs: number }>
>;

export interface OpenCv {
  begin(image: Image, box: Box, trackers: readonly Peer[]): Promise<PeerAnswer>;
  follow(image: Image): Promise<PeerAnswer>;
  /** Decodes the first frames of a video with OpenCV's own reader. */
  decode(video: string, frames: number): Promise<{ readonly frames: number; readonly ms: number }>;
  cpuSeconds(): number;
  close(): Promise<void>;
}

/** An interpreter that has OpenCV with both trackers, and their version; undefined when there is none. PYTHON names one. */
export async function findOpenCv(
  pythons: readonly string[] = [process.env['PYTHON'], '/usr/bin/python3', 'python3'].filter((name) => name !== undefined),
): Promise<{ readonly python: string; readonly version: string } | undefined> {
  for (const python of pythons) {
    const version = await new Promise<string | undefined>((resolve) =>
      execFile(python, ['-c', 'import cv2; cv2.TrackerKCF_create; cv2.TrackerCSRT_create; print(cv2.__version__)'], (error, out) =>
        resolve(error === null ? out.trim() : undefined),
      ),
    );
    if (version !== undefined) return { python, version };
  }
  return undefined;
}

/** OpenCV in a process of its own, on one thread. */
export function startOpenCv(python: string): OpenCv {
  const child = spawn(python, [fileURLToPath(new URL('opencv.py', import.meta.url))], {
    env: { ...process.env, OMP_NUM_THREADS: '1', OPENBLAS_NUM_THREADS: '1' },
  });
  let cpu = 0;
  let errors = '';
  let failure: Error | undefined;
  const waiting: { resolve: (line: string) => void; reject: (error: Error) => void }[] = [];
  child.stderr.on('data', (part: Buffer) => (errors = (errors + part.toString()).slice(-4000)));
  createInterface({ input: child.stdout }).on('line', (line) => waiting.shift()?.resolve(line));
  const end = (why: string): void => {
    failure ??= new Error(`OpenCV's process ended (${why}): ${errors.trim()}`);
    for (const { reject } of waiting.splice(0)) reject(failure);
  };
  child.on('error', (error) => end(error.message));
  child.on('close', (code) => end(`code ${code}`));
  child.stdin.on('error', () => undefined);
  const ask = async <T>(request: object, image?: Image): Promise<T> => {
    if (failure !== undefined) throw failure;
    const line = new Promise<string>((resolve, reject) => waiting.push({ resolve, reject }));
    const size = image === undefined ? {} : { width: image.width, height: image.height };
    child.stdin.write(`${JSON.stringify({ ...request, ...size })}\n`);
    if (image !== undefined) child.stdin.write(rgbOf(image));
    const { answer, cpuSeconds } = JSON.parse(await line) as { answer: T; cpuSeconds: number };
    cpu = cpuSeconds;
    return answer;
  };
  return {
    begin: (image, { x, y, width, height }, trackers) => ask({ do: 'begin', box: [x, y, width, height], trackers }, image),
    follow: (image) => ask({ do: 'follow' }, image),
    decode: (video, frames) => ask({ do: 'decode', video, frames }),
    cpuSeconds: () => cpu,
    async close() {
      const closed = new Promise<void>((resolve) => (child.exitCode === null ? child.once('close', () => resolve()) : resolve()));
      child.stdin.end();
      await closed;
    },
  };
}

function rgbOf({ data, width, height }: Image): Buffer {
  const out = Buffer.allocUnsafe(width * height * 3);
  for (let i = 0, o = 0; o < out.length; i += 4, o += 3) {
    out[o] = data[i]!;
    out[o + 1] = data[i + 1]!;
    out[o + 2] = data[i + 2]!;
  }
  return out;
}
