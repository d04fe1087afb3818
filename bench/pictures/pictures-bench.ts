import { Tensor } from '@verilens/core';
import { complexScale, constant, exportInference, float32, irfft2, module, radialFrequency, random, rfft2 } from '@verilens/nn';
import { encodeJpeg, openMedia } from '@verilens/media';
import { native } from '@verilens/runtime-native';
import { resizeBilinear } from '@verilens/vision';
import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdir, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { round, type Measured, type Row } from '../document.ts';
import type { PictureReport } from './one-process.ts';

const here = dirname(fileURLToPath(import.meta.url));
const run = promisify(execFile);
const TILES = 4096;
/** Bars of the project for a picture of 12 megapixels on two cores. */
const BAR = { ms: 3000, mib: 1024 };

export interface PicturesOptions {
  readonly passes: number;
  readonly threads?: number;
  readonly say: (line: string) => void;
}

/** One JPEG of 12 megapixels from the file to its verdict, beside OpenCV and PyTorch; the filter alone beside an FFT. */
export async function picturesBench({ passes, threads = 2, say }: PicturesOptions): Promise<Measured> {
  const file = await phonePhoto(say);
  say('ours');
  const ours = JSON.parse(
    await child(process.execPath, [...process.execArgv, join(here, 'one-process.ts'), file, String(passes), String(threads)]),
  ) as PictureReport;
  say('OpenCV and PyTorch');
  const theirs = await peer(file, passes, threads);
  const filterMs = await filterTime(threads);
  const warm = median(ours.passes.slice(1));
  const rows: Row[] = [
    {
      what: '12-megapixel JPEG to its verdict',
      'verilens ms': round(warm, 0),
      'first ms': round(ours.passes[0]!, 0),
      'pictures/s': round(1000 / warm, 2),
      'OpenCV + PyTorch ms': theirs === undefined ? null : round(median(theirs.passes.slice(1)), 0),
      'time / theirs': theirs === undefined ? null : round(warm / median(theirs.passes.slice(1)), 2),
      'peak MiB': round(ours.peakMiB, 0),
    },
    {
      what: 'the filter alone, 256 tiles of 32 x 32, as matrix products (theirs: an FFT)',
      'verilens ms': round(filterMs, 2),
      'first ms': null,
      'pictures/s': null,
      'OpenCV + PyTorch ms': theirs === undefined ? null : round(theirs.filterMs, 2),
      'time / theirs': theirs === undefined ? null : round(filterMs / theirs.filterMs, 2),
      'peak MiB': null,
    },
  ];
  return {
    settings: { passes, threads, tiles: TILES, megapixels: 12 },
    rows,
    notes: [
      `Bars: under ${BAR.ms} ms and ${BAR.mib} MiB. ${warm < BAR.ms && ours.peakMiB < BAR.mib ? 'Met' : 'Missed'}: ${round(warm, 0)} ms, ${round(ours.peakMiB, 0)} MiB at the peak, ${round(ours.idlePeakMiB, 0)} MiB before the picture was opened.`,
      'The picture is a photograph of the devDependency @vladmandic/face-api enlarged to 4000 x 3000 and saved as JPEG; its content does not matter for times. Both sides look at the same number of tiles, one run of 256 at a time; times are medians, the first pass apart.',
      ...(theirs === undefined ? ['No python3 with cv2 and torch was found: nothing to compare with.'] : []),
    ],
    ...(theirs === undefined ? {} : { versions: theirs.versions }),
    childCpuSeconds: ours.cpuSeconds,
  };
}

async function phonePhoto(say: (line: string) => void): Promise<string> {
  const file = resolve('out/bench/twelve-megapixels.jpg');
  if (existsSync(file)) return file;
  say('making the picture');
  const photo = join(dirname(createRequire(import.meta.url).resolve('@vladmandic/face-api/package.json')), 'demo/sample1.jpg');
  await using media = await openMedia(photo);
  for await (const { image } of media.frames()) {
    await mkdir(dirname(file), { recursive: true });
    await writeFile(file, await encodeJpeg(resizeBilinear(image, 4000, 3000), { quality: 92 }));
  }
  return file;
}

interface PeerReport {
  readonly passes: readonly number[];
  readonly filterMs: number;
  readonly versions: Readonly<Record<string, string>>;
}

/** The first python3 that has both libraries. */
async function peer(file: string, passes: number, threads: number): Promise<PeerReport | undefined> {
  for (const python of [process.env['PYTHON'], 'python3', '/usr/bin/python3']) {
    if (python === undefined) continue;
    try {
      return JSON.parse(await child(python, [join(here, 'peer.py'), file, String(passes), String(threads), String(TILES)])) as PeerReport;
    } catch {
      // the next one may have them
    }
  }
  return undefined;
}

async function filterTime(threads: number): Promise<number> {
  const size = 32;
  const radii = radialFrequency([size, size], { half: true });
  const weights = Float32Array.from(radii, (f) => (f <= 0.1 ? 0 : (Math.exp((-0.2 * f * f + 0.8 * f - 0.05) / 2) - 1) / f));
  const onnx = exportInference({
    module: module('filter', {}, () => undefined),
    params: new Map(),
    inputs: { tiles: float32(['batch', 3, size, size]) },
    forward: (_, { tiles }) => ({ seen: irfft2(complexScale(rfft2(tiles), constant(weights, [size, size / 2 + 1])), { width: size }) }),
    target: 'native',
  });
  await using runtime = await native({ device: 'cpu', threads });
  await using session = await runtime.load(onnx);
  const { uniform } = random(0);
  const feeds = { tiles: new Tensor('float32', Float32Array.from({ length: 256 * 3 * size * size }, uniform), [256, 3, size, size]) };
  const times: number[] = [];
  for (let i = 0; i < 21; i++) {
    const begun = performance.now();
    await session.run(feeds);
    times.push(performance.now() - begun);
  }
  return median(times.slice(1));
}

async function child(command: string, args: readonly string[]): Promise<string> {
  return (await run(command, [...args], { maxBuffer: 2 ** 24 })).stdout.trim().split('\n').at(-1)!;
}

function median(values: readonly number[]): number {
  return [...values].sort((a, b) => a - b)[values.length >> 1]!;
}
