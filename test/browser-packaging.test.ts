import { execFile } from 'node:child_process';
import { cpSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { VideoFrame } from '@verilens/core';
import { openMedia, writeVideo } from '@verilens/media';
import { type Browser, chromium as browsers } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { serveFolder } from '../examples/browser-playground/serve-folder.ts';
import { drawnFace } from '../examples/browser-playground/src/worker/drawn-face.ts';
import { CHROMIUM_ARGS, findChromium, ISOLATION_HEADERS } from '../scripts/chromium.ts';
import {
  bundleForImportMap,
  bundleWithEsbuild,
  bundleWithNext,
  bundleWithVite,
  bundleWithWebpack,
  type Bundling,
  nextInstalled,
} from './helpers/bundlers.ts';
import { freshProject } from './helpers/fresh-project.ts';
import { importMap } from './helpers/import-map.ts';

/**
 * Fresh projects that have nothing of ours but packed tarballs, as from a registry: the ten lines are built and run with
 * Vite, webpack and Next.js as they come, with esbuild alone, from a page with an import map and no build, and in Node.
 * All judge the same files.
 */
const chromium = findChromium();
const place = mkdtempSync(join(tmpdir(), 'verilens-browser-pack-'));
/** One byte in so many is compared: all colours come by, alpha too. */
const SPARSE = 37;
/** Clip -> its frames. WebGPU by software gets the short one: it takes a second a frame. */
const CLIPS = { 'clip.webm': 40, 'short.webm': 10 } as const;
type Clip = keyof typeof CLIPS;

const lines = (runtime: string, make: string, input: string): string => `import { createEngine } from '@verilens/core';
import { faces } from '@verilens/faces';
import { media } from '@verilens/media';
import { stdt } from '@verilens/plugin-stdt';
import { ${runtime} } from '@verilens/runtime-${runtime}';

const engine = await createEngine({ runtime: () => ${make}, plugins: [stdt()], services: [media(), faces()] });
const { status, score, models, device } = await engine.detect(${input});
const { threads } = engine.runtime;
await engine.dispose();
`;
const inPage = `const query = new URLSearchParams(location.search);
${lines('wasm', "wasm({ device: query.get('device') ?? 'wasm', threads: Number(query.get('threads') ?? 1) })", "new URL(query.get('clip') ?? 'clip.webm', document.baseURI)")}
globalThis.answer = { status, score, models, device, threads };
`;
const inNode = `${lines('native', "native({ device: 'cpu', threads: 1 })", 'process.argv[2]')}
console.log(JSON.stringify({ status, score, models, device, threads }));
`;

interface Answer {
  readonly status: string;
  readonly score: number;
  readonly models: readonly { readonly name: string; readonly score: number }[];
  readonly device: string;
  readonly threads: number;
}

/** What packed Node says on native CPU: the reference. */
const reference = new Map<Clip, Answer>();
let bundling: Bundling;
let browser: Browser | undefined;

beforeAll(async () => {
  const app = await freshProject(place, ['core', 'runtime-wasm', 'runtime-native', 'media', 'faces', 'plugin-stdt']);
  bundling = { app, program: 'judge.js' };
  writeFileSync(join(app, bundling.program), inPage);
  writeFileSync(join(app, 'judge-node.js'), inNode);
  for (const [name, frames] of Object.entries(CLIPS)) await writeVideo(firstFrames(frames), join(app, name), { codec: 'vp9', quality: 95 });
  if (chromium !== undefined) browser = await browsers.launch({ executablePath: chromium, args: [...CHROMIUM_ARGS] });
}, 400_000);
afterAll(async () => {
  await browser?.close();
  rmSync(place, { recursive: true, force: true });
});

it('Node ESM: the ten lines run', { timeout: 120_000 }, async () => {
  for (const clip of Object.keys(CLIPS) as Clip[]) {
    const { stdout } = await promisify(execFile)(process.execPath, ['judge-node.js', clip], { cwd: bundling.app });
    const answer = JSON.parse(stdout) as Answer;
    expect(answer.device).toBe('cpu');
    expect(answer.status).toMatch(/^(AUTHENTIC|MANIPULATED|INCONCLUSIVE)$/);
    reference.set(clip, answer);
  }
});

describe.skipIf(chromium === undefined)('in a browser (needs a Chromium)', () => {
  it('Vite, with no setting at all, on one thread and on two; and on WebGPU (by software)', { timeout: 240_000 }, async () => {
    const folder = await bundleWithVite(bundling);
    agrees(await judged(folder), 1e-3);
    agrees(await judged(folder, { threads: 2 }), 1e-3);
    agrees(await judged(folder, { device: 'webgpu', clip: 'short.webm' }), 2e-3);
  });

  it('webpack, with no setting at all, on one thread and on two', { timeout: 240_000 }, async () => {
    const folder = await bundleWithWebpack(bundling);
    agrees(await judged(folder), 1e-3);
    agrees(await judged(folder, { threads: 2 }), 1e-3);
  });

  it.skipIf(!nextInstalled).each(['webpack', 'turbopack'] as const)(
    'Next.js with %s (needs `npm install` in test/next)',
    { timeout: 400_000 },
    async (bundler) => {
      const folder = await bundleWithNext(bundling, bundler);
      agrees(await judged(folder), 1e-3);
      agrees(await judged(folder, { threads: 2 }), 1e-3);
    },
  );

  it('esbuild alone: weights copied beside the code, as docs/browser.md says', { timeout: 120_000 }, async () => {
    agrees(await judged(await bundleWithEsbuild(bundling)), 1e-3);
  });

  it('an import map and no build; only two old libraries are bundled', { timeout: 120_000 }, async () => {
    await bundleForImportMap(bundling.app);
    agrees(await judged(pageWithMap('judge'), {}, 'judge.html'), 1e-3);
  });

  it('the browser decodes to the same pixels as Node, but for rounding', { timeout: 120_000 }, async () => {
    const { app } = bundling;
    writeFileSync(
      join(app, 'decode.js'),
      `import { openMedia } from '@verilens/media';
const media = await openMedia(new URL('clip.webm', document.baseURI));
const frames = [];
for await (const { image, timestampMs } of media.frames({ sampling: { fps: 2 } })) frames.push({ timestampMs, data: Array.from({ length: Math.floor(image.data.length / ${SPARSE}) }, (_, i) => image.data[i * ${SPARSE}]) });
globalThis.answer = frames;
`,
    );
    const there = (await answerOf(pageWithMap('decode'), 'decode.html')) as { timestampMs: number; data: number[] }[];
    await using media = await openMedia(join(app, 'clip.webm'));
    let at = 0;
    let largest = 0;
    let sum = 0;
    let count = 0;
    for await (const { image, timestampMs } of media.frames({ sampling: { fps: 2 } })) {
      const other = there[at++]!;
      expect(other.timestampMs).toBeCloseTo(timestampMs, 3);
      other.data.forEach((value, i) => {
        const difference = Math.abs(value - image.data[i * SPARSE]!);
        largest = Math.max(largest, difference);
        sum += difference;
        count++;
      });
    }
    expect(there.length).toBe(at);
    // docs/browser.md states both figures.
    expect({ largest, mean: sum / count }).toEqual({
      largest: expect.toSatisfy((n: number) => n <= 2),
      mean: expect.toSatisfy((n: number) => n < 0.1),
    });
  });
});

interface Question {
  readonly threads?: number;
  readonly device?: string;
  readonly clip?: Clip;
}

/** What the page in `folder` says of a clip, on WASM with one thread unless told otherwise. */
async function judged(folder: string, question: Question = {}, page: string = ''): Promise<Answer & { readonly clip: Clip }> {
  const { threads = 1, device = 'wasm', clip = 'clip.webm' } = question;
  if (folder !== bundling.app) cpSync(join(bundling.app, clip), join(folder, clip));
  const query = new URLSearchParams({ threads: String(threads), device, clip });
  const answer = (await answerOf(folder, `${page}?${query}`)) as Answer;
  if (device === 'wasm') expect(answer.threads).toBe(threads);
  return { ...answer, clip };
}

/** The scores of one file may differ from those of native CPU by the device's tolerance, decoding included. */
function agrees(found: Answer & { readonly clip: Clip }, tolerance: number): void {
  const { status, models } = reference.get(found.clip)!;
  expect(found.status).toBe(status);
  for (const { name, score } of models) {
    const other = found.models.find((model) => model.name === name)!;
    expect(Math.abs(other.score - score), `${name} on ${found.device}: ${other.score} beside ${score}`).toBeLessThan(tolerance);
  }
}

/** Serves the folder, opens a page of it and waits for what it leaves in `answer`. */
async function answerOf(folder: string, path: string): Promise<unknown> {
  const served = await serveFolder(folder, { headers: ISOLATION_HEADERS });
  const page = await browser!.newPage();
  const problems: string[] = [];
  page.on('pageerror', (error) => problems.push(error.message));
  page.on('console', (message) => message.type() === 'error' && problems.push(message.text()));
  try {
    await page.goto(served.address + path);
    await page.waitForFunction(() => 'answer' in globalThis, undefined, { timeout: 200_000 });
    return await page.evaluate(() => (globalThis as unknown as { answer: unknown }).answer);
  } catch (cause) {
    throw new Error(`no answer; the page says: ${problems.join('; ') || 'nothing'}`, { cause });
  } finally {
    await page.close();
    await served.close();
  }
}

/** A page in the project's own folder that runs a module of it without a build. */
function pageWithMap(module: string): string {
  const map = JSON.stringify({ imports: importMap(bundling.app) });
  const page = `<!doctype html><meta charset="utf-8"><script type="importmap">${map}</script><script type="module" src="./${module}.js"></script>`;
  writeFileSync(join(bundling.app, `${module}.html`), page);
  return bundling.app;
}

async function* firstFrames(count: number): AsyncGenerator<VideoFrame> {
  for await (const frame of drawnFace()) {
    if (frame.index >= count) return;
    yield frame;
  }
}
