import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { BrowserContext } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { serveFolder } from '../serve-folder.ts';
import { accessibilityFaults } from './helpers/accessibility.ts';
import { writeCameraFile } from './helpers/camera-file.ts';
import { chromium, type Opened, type OpenOptions, openWorkshop, settled, type Workshop } from './helpers/open-playground.ts';
import { screenshot } from './helpers/screenshot.ts';

/** `SOAK=1 npm test -- examples/browser-playground/test/shell.test.ts -t camera` watches the camera for ten minutes. */
const CAMERA_SECONDS = process.env['SOAK'] === '1' ? 600 : 12;
const PANELS = ['check', 'explain', 'track', 'teach', 'train', 'device'];

describe.skipIf(chromium === undefined)('the page around the panels (needs a Chromium)', () => {
  let workshop: Workshop;
  let place: string;

  beforeAll(async () => {
    place = await mkdtemp(join(tmpdir(), 'verilens-camera-'));
    const camera = join(place, 'face.y4m');
    await writeCameraFile(camera);
    workshop = await openWorkshop([
      '--use-fake-device-for-media-stream',
      '--use-fake-ui-for-media-stream',
      `--use-file-for-fake-video-capture=${camera}`,
    ]);
  }, 120_000);
  afterAll(async () => {
    await workshop?.close();
    await rm(place, { recursive: true, force: true });
  });

  async function open(options: OpenOptions = {}): Promise<Opened> {
    const opened = await workshop.open(options);
    onTestFinished(() => opened.close());
    return opened;
  }

  it('works below a path, and offline once it was opened', { timeout: 120_000 }, async () => {
    const served = await serveFolder(workshop.folder, { base: '/some/where/' });
    const { page, context, problems } = await open({ served });
    await page.waitForSelector('#offline:has-text("Ready to work offline.")', { timeout: 60_000 });
    await served.close();
    await context.setOffline(true);
    await page.reload();
    await page.waitForSelector('#device-pill[data-state=ready]', { timeout: 60_000 });
    // Everything the Check panel needs is there: weights, WASM, code.
    await page.click('main >> text=Draw an example');
    await settled(page, '.verdict');
    expect(problems).toEqual([]);
  });

  it('has one thread without headers, says so, and gets the rest from its own service worker', { timeout: 120_000 }, async () => {
    const { page, problems } = await open({ serve: { headers: false }, panel: 'device' });
    expect(await page.textContent('#device-pill')).toBe('WASM · 1 thread');
    expect(await page.textContent('main')).toContain('not cross-origin isolated, so WASM has one thread');
    expect(await page.textContent('main table')).toContain('1 thread, because the page is not cross-origin isolated');
    await page.waitForSelector('#offline:has-text("Ready to work offline.")', { timeout: 60_000 });
    await page.reload();
    await page.waitForSelector('#device-pill[data-state=ready]');
    expect(await page.evaluate(() => crossOriginIsolated)).toBe(true);
    expect(problems).toEqual([]);
  });

  it('may speak to nobody else, nor run text as code: the policy holds with and without headers', { timeout: 60_000 }, async () => {
    for (const headers of [undefined, false] as const) {
      const { page } = await open({ serve: { headers } });
      const broken = await page.evaluate(async () => {
        const directives: string[] = [];
        document.addEventListener('securitypolicyviolation', ({ effectiveDirective }) => directives.push(effectiveDirective));
        await fetch('https://example.org/').catch(() => undefined);
        const image = new Image();
        image.src = 'https://example.org/x.png';
        const script = document.createElement('script');
        script.textContent = 'globalThis.ran = true';
        document.body.append(script);
        await new Promise((resolve) => setTimeout(resolve, 300));
        return { directives, ran: 'ran' in globalThis };
      });
      expect(broken).toEqual({ directives: expect.arrayContaining(['connect-src', 'img-src', 'script-src-elem']), ran: false });
    }
  });

  it('refuses hostile files in words, and goes on', { timeout: 120_000 }, async () => {
    const { page, problems } = await open();
    const hostile: readonly (readonly [name: string, bytes: Buffer])[] = [
      ['empty.mp4', Buffer.alloc(0)],
      ['page.webm', Buffer.from('<!doctype html><title>404</title>')],
      ['noise.mp4', Buffer.from(Uint8Array.from({ length: 4096 }, (_, i) => (i * 7919) % 251))],
      // A PNG of 100,000 x 100,000 pixels by its header, and a GIF cut short.
      ['huge.png', Buffer.from('89504e470d0a1a0a0000000d49484452000186a0000186a00802000000', 'hex')],
      ['cut.gif', Buffer.from('474946383961400040', 'hex')],
      ['<img src=x onerror=alert(1)>.mp4', Buffer.from('ftypisom')],
    ];
    for (const [name, buffer] of hostile) {
      await page.setInputFiles('main input[type=file]', { name, mimeType: 'video/mp4', buffer });
      await page.waitForSelector('.work[data-state=error]', { timeout: 30_000 });
      expect((await page.textContent('.work[data-state=error] [role=status]'))!.length).toBeGreaterThan(20);
      await page.evaluate(() => (document.querySelector<HTMLElement>('.work')!.dataset['state'] = ''));
    }
    await page.click('#nav >> text=Explain');
    await page.setInputFiles('main input[type=file]', [
      { name: 'not.onnx', mimeType: '', buffer: Buffer.from('this is no model') },
      { name: 'a.png', mimeType: 'image/png', buffer: hostile[3]![1] },
    ]);
    await page.click('main button:text-is("Explain")');
    await page.waitForSelector('.work[data-state=error]');
    await page.click('#nav >> text=Teach');
    await page.setInputFiles('[aria-label="Restore from a file"]', { name: 'x.safetensors', mimeType: '', buffer: Buffer.alloc(64, 255) });
    await page.waitForSelector('.work[data-state=error]');
    expect(await page.textContent('.work[data-state=error]')).toMatch(/damaged or no learner/);
    expect(problems).toEqual([]);
  });

  it('is used by keyboard alone', { timeout: 120_000 }, async () => {
    const { page, problems } = await open();
    const tabTo = async (name: string): Promise<void> => {
      for (let i = 0; i < 40; i++) {
        await page.keyboard.press('Tab');
        const at = await page.evaluate(
          () => `${document.activeElement?.textContent ?? ''} ${document.activeElement?.getAttribute('aria-label') ?? ''}`,
        );
        if (at.includes(name)) return;
      }
      throw new Error(`Tab never comes to "${name}"`);
    };
    await tabTo('Skip to the content');
    await tabTo('Track');
    await page.keyboard.press('Enter');
    await page.waitForSelector('h1:has-text("Follow something")');
    await tabTo('Draw an example');
    await page.keyboard.press('Enter');
    await page.waitForSelector('.stage canvas:visible');
    await tabTo('The first frame');
    for (const key of ['ArrowLeft', 'Shift+ArrowRight', 'Shift+ArrowDown']) await page.keyboard.press(key);
    await tabTo('Follow it');
    await page.keyboard.press('Enter');
    await page.waitForSelector('main >> text=Following');
    await tabTo('Stop');
    await page.keyboard.press('Enter');
    await page.waitForSelector('main >> text=Stopped.');
    expect(problems).toEqual([]);
  });

  it('fits a phone, in the dark too, without a fault that axe knows', { timeout: 120_000 }, async () => {
    const { page, problems } = await open({
      context: { viewport: { width: 360, height: 740 }, colorScheme: 'dark', hasTouch: true, isMobile: true },
    });
    for (const panel of PANELS) {
      await page.evaluate((name) => (location.hash = `/${name}`), panel);
      await page.waitForSelector(`#nav a[href="#/${panel}"][aria-current]`);
      expect(await page.evaluate(() => document.documentElement.scrollWidth), panel).toBeLessThanOrEqual(360);
      expect(await accessibilityFaults(page), panel).toEqual([]);
    }
    await page.evaluate(() => (location.hash = '/check'));
    await page.waitForSelector('#nav a[href="#/check"][aria-current]');
    await page.click('main >> text=Draw an example');
    await settled(page, '.verdict');
    await page.waitForSelector('main >> text="Save the report"');
    expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(360);
    expect(await accessibilityFaults(page)).toEqual([]);
    await screenshot(page, 'check-phone-dark');
    expect(problems).toEqual([]);
  });

  it(
    `judges the camera; memory stays flat over ${CAMERA_SECONDS} seconds of it`,
    { timeout: 120_000 + 2000 * CAMERA_SECONDS },
    async () => {
      const { page, problems } = await open();
      await page.click('main >> text=Use the camera');
      await page.waitForSelector('.stage video');
      const bytes: number[] = [];
      const every = Math.max(2, CAMERA_SECONDS / 18);
      for (let waited = 0; waited < CAMERA_SECONDS; waited += every) {
        await page.waitForTimeout(1000 * every);
        bytes.push(await memoryOf(page.context()));
      }
      // Garbage is collected in leaps: what leaks lifts the lowest readings too. The first third is of a page that still starts.
      const third = Math.floor(bytes.length / 3);
      const growth = Math.min(...bytes.slice(-third)) / Math.min(...bytes.slice(third, 2 * third));
      const course = `megabytes over ${CAMERA_SECONDS} seconds: ${bytes.map((one) => (one / 2 ** 20).toFixed(0)).join(', ')}`;
      if (CAMERA_SECONDS > 60) console.log(course);
      expect(growth, course).toBeLessThan(1.15);
      await page.click('main button:text-is("Judge now")');
      await settled(page, '.verdict');
      expect(await page.textContent('.verdict .word')).toMatch(/Authentic|Manipulated|Inconclusive/);
      expect(problems).toEqual([]);
    },
  );

  it.skipIf(process.platform === 'win32')(
    'runs on WebGPU when asked to, and falls back with a message when the device goes away',
    { timeout: 240_000 },
    async () => {
      const { page } = await open({ panel: 'device' });
      await page.check('input[value=webgpu]', { force: true });
      await page.waitForSelector('#device-pill:text-is("WebGPU")', { timeout: 90_000 });
      await page.click('#nav >> text=Train');
      await page.click('main button:text-is("Train")');
      await page.waitForFunction(() => Number(document.querySelector('.figures dd')!.textContent) > 1, undefined, { timeout: 120_000 });
      // The browser's GPU process ends as it does when a driver fails.
      const gpu = (await processesOf(page.context())).find(({ type }) => type.toLowerCase() === 'gpu');
      process.kill(gpu!.id, 'SIGKILL');
      await page.waitForSelector('#device-pill:has-text("WASM")', { timeout: 60_000 });
      expect(await page.textContent('#notice')).toMatch(/graphics device went away.*WASM/);
      await page.click('main button:text-is("Train"), main button:text-is("Train again")');
      await page.waitForFunction(() => Number(document.querySelector('.figures dd')!.textContent) > 20, undefined, { timeout: 60_000 });
    },
  );
});

/** Resident bytes of the browser's page processes: WebAssembly, pixels and all. */
async function memoryOf(context: BrowserContext): Promise<number> {
  const renderers = (await processesOf(context)).filter(({ type }) => type === 'renderer');
  const pages = await Promise.all(renderers.map(async ({ id }) => (await readFile(`/proc/${id}/statm`, 'utf8')).split(' ')[1]));
  return pages.reduce((sum, count) => sum + 4096 * Number(count), 0);
}

async function processesOf(context: BrowserContext): Promise<{ readonly type: string; readonly id: number }[]> {
  const client = await context.browser()!.newBrowserCDPSession();
  const { processInfo } = await client.send('SystemInfo.getProcessInfo');
  await client.detach();
  return processInfo;
}
