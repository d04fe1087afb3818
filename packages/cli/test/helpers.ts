import {
  type DetectionResult,
  type Detector,
  FRAME_SOURCE,
  type Image,
  type MediaInput,
  type Plugin,
  type Runtime,
  type Service,
  type Trainer,
  VerilensError,
  type VideoFrame,
} from '@verilens/core';
import { mkdtemp, readFile, rm, writeFile, mkdir } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { onTestFinished } from 'vitest';
import { run, type Toolkit, type InstalledPlugin } from '../src/index.ts';

/** A folder that is taken away when the test ends. */
export async function temporaryFolder(files: Readonly<Record<string, string>> = {}): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'verilens-cli-'));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  for (const [name, text] of Object.entries(files)) {
    await mkdir(dirname(join(folder, name)), { recursive: true });
    await writeFile(join(folder, name), text);
  }
  return folder;
}

/** Media of the tests: text files that hold a score and perhaps the side of the picture, e.g. `score 0.9` or `score 0.9 side 65`; `broken`: its third frame is damaged. */
export const textMedia: Service = {
  name: 'text-media',
  register(services) {
    services.register(FRAME_SOURCE, () => ({
      async open(input: MediaInput) {
        const text = await readFile(String(input), 'utf8').catch(() => {
          throw new VerilensError('NOT_FOUND', 'the file cannot be read', { place: String(input), remedy: 'Check its permissions.' });
        });
        const [, score, side = '8'] = /^score ([\d.]+)(?: side (\d+))?/.exec(text) ?? [];
        if (score === undefined)
          throw new VerilensError('BAD_INPUT', 'the file is damaged', {
            place: String(input),
            expected: 'a score',
            got: text.slice(0, 20),
            remedy: 'Fetch it again.',
          });
        return {
          kind: 'video' as const,
          info: { format: 'text', width: Number(side), height: Number(side), durationMs: 400, frameRate: 10 },
          frames: frames(Number(score), Number(side), text.includes('broken')),
        };
      },
    }));
  },
};

async function* frames(score: number, side: number, broken: boolean): AsyncGenerator<VideoFrame> {
  for (let index = 0; index < 4; index++) {
    if (broken && index === 2) throw new VerilensError('BAD_INPUT', 'a frame is damaged', { place: 'text-media' });
    yield { image: flat(Math.round(score * 255), side), timestampMs: index * 100, index };
  }
}

export function flat(level: number, size = 8): Image {
  return { data: new Uint8ClampedArray(size * size * 4).fill(level), width: size, height: size };
}

/** Its score is the brightness of the frames, so that a test file decides its own verdict. */
export function brightness(options: { onFrame?: () => void; name?: string; trainer?: Trainer } = {}): Plugin<'detector'> {
  const name = options.name ?? 'brightness';
  return {
    name,
    role: 'detector',
    apiVersion: 1,
    ...(options.trainer ? { trainer: () => Promise.resolve(options.trainer!) } : {}),
    async create({ runtime }): Promise<Detector> {
      const dispose = async (): Promise<void> => undefined;
      return {
        name,
        demand: { kind: 'frames' },
        warmup: async () => undefined,
        dispose,
        [Symbol.asyncDispose]: dispose,
        async detect(input, { threshold = 0.7, signal, evidenceMaps = 0, onProgress } = {}): Promise<DetectionResult> {
          if (input.kind !== 'frames') throw new Error('frames were asked for');
          let score: number | null = null;
          for await (const frame of input.frames) {
            options.onFrame?.();
            if (signal?.aborted) throw new VerilensError('ABORTED', 'cancelled', { place: name });
            score = frame.image.data[0]! / 255;
            onProgress?.({ processedMs: frame.timestampMs, segments: 0 });
          }
          const value = score ?? 0;
          const status = value >= threshold ? 'MANIPULATED' : value < 0.4 ? 'AUTHENTIC' : 'INCONCLUSIVE';
          return {
            status,
            score: value,
            threshold,
            models: [{ name: `${name}/level`, evidence: 'spatial', score: value, threshold, status }],
            segments: [{ startMs: 0, endMs: 400, score: value, trackId: 0 }],
            regions: [{ box: { x: 1, y: 1, width: 4, height: 4 }, score: value, timestampMs: 200 }],
            evidence:
              evidenceMaps > 0
                ? [
                    {
                      trackId: 0,
                      timestampMs: 200,
                      crop: flat(90),
                      rows: 2,
                      columns: 2,
                      values: Float32Array.from([0.1, 0, 0, 0]),
                      method: 'occlusion',
                      score: value,
                    },
                  ]
                : [],
            device: runtime.device,
            durationMs: 1,
          };
        },
      };
    },
  };
}

export const testRuntime: Runtime = {
  name: 'test',
  device: 'cpu',
  threads: 1,
  probes: [],
  load: () => Promise.reject(new Error('no model is loaded in these tests')),
  read: () => Promise.reject(new Error('nothing is read in these tests')),
  dispose: async () => undefined,
  [Symbol.asyncDispose]: async () => undefined,
};

export function installed(plugin: Plugin, more: Partial<InstalledPlugin> = {}): InstalledPlugin {
  return {
    name: plugin.name,
    role: plugin.role,
    version: '1.2.3',
    description: `what ${plugin.name} does`,
    load: () => Promise.resolve(plugin),
    ...more,
  };
}

export interface RunOptions {
  folder?: string;
  plugins?: readonly InstalledPlugin[];
  problems?: Awaited<ReturnType<Toolkit['plugins']>>['problems'];
  signal?: AbortSignal;
  /** Default: `textMedia`. */
  services?: readonly Service[];
  tty?: boolean;
  /** Default: one that loads nothing. */
  runtime?: () => Promise<Runtime>;
}

/** Runs the command in process and gives what it wrote and its exit code. */
export async function verilens(args: readonly string[], options: RunOptions = {}): Promise<{ code: number; out: string; err: string }> {
  let out = '';
  let err = '';
  const code = await run(args, {
    terminal: {
      out: (text) => void (out += text),
      err: (text) => void (err += text),
      outIsTty: options.tty === true,
      errIsTty: options.tty === true,
      colour: options.tty === true,
      columns: 80,
    },
    folder: options.folder ?? tmpdir(),
    signal: options.signal ?? new AbortController().signal,
    toolkit: {
      runtime: options.runtime ?? (() => Promise.resolve(testRuntime)),
      services: () => Promise.resolve(options.services ?? [textMedia]),
      plugins: () => Promise.resolve({ plugins: options.plugins ?? [installed(brightness())], problems: options.problems ?? [] }),
    },
  });
  return { code, out, err };
}
