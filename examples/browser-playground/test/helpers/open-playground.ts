import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Browser, type BrowserContext, type BrowserContextOptions, chromium as browsers, type Page } from 'playwright-core';
import { CHROMIUM_ARGS, findChromium } from '../../../../scripts/chromium.ts';
import { buildPlayground } from '../../playground.ts';
import { type Served, serveFolder, type ServeOptions } from '../../serve-folder.ts';

export const chromium: string | undefined = findChromium();

/** The built folder, and a browser to open it in. */
export interface Workshop {
  readonly folder: string;
  open(options?: OpenOptions): Promise<Opened>;
  close(): Promise<void>;
}

export interface OpenOptions {
  readonly serve?: ServeOptions;
  /** One that is served already; stays open. */
  readonly served?: Served;
  readonly context?: BrowserContextOptions;
  /** e.g. `device`; default: the first panel. */
  readonly panel?: string;
}

export interface Opened {
  readonly page: Page;
  readonly context: BrowserContext;
  readonly served: Served;
  /** Errors, broken policies and requests to elsewhere, in words; a test ends with none. */
  readonly problems: string[];
  close(): Promise<void>;
}

/** Builds once for a test file. @param args more of the browser's command line */
export async function openWorkshop(args: readonly string[] = []): Promise<Workshop> {
  const folder = await buildPlayground(await mkdtemp(join(tmpdir(), 'verilens-playground-')));
  const browser: Browser = await browsers.launch({ executablePath: chromium!, args: [...CHROMIUM_ARGS, ...args] });
  return {
    folder,
    async open({ serve, served: given, context: contextOptions, panel } = {}) {
      const served = given ?? (await serveFolder(folder, serve));
      const context = await browser.newContext({ acceptDownloads: true, viewport: { width: 1280, height: 860 }, ...contextOptions });
      const problems: string[] = [];
      const page = await context.newPage();
      watch(page, context, served.address, problems);
      await page.goto(served.address + (panel === undefined ? '' : `#/${panel}`));
      await page.waitForSelector('#device-pill[data-state=ready]', { timeout: 60_000 });
      return {
        page,
        context,
        served,
        problems,
        async close() {
          await context.close();
          if (given === undefined) await served.close();
        },
      };
    },
    async close() {
      await browser.close();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

function watch(page: Page, context: BrowserContext, address: string, problems: string[]): void {
  const { origin } = new URL(address);
  // Of the page, its workers and its service worker.
  context.on('request', (request) => {
    if (!request.url().startsWith(origin) && !/^(blob|data):/.test(request.url())) problems.push(`request to ${request.url()}`);
  });
  page.on('pageerror', (error) => problems.push(`error: ${error.message}`));
  context.on('console', (message) => {
    if (message.type() === 'error') problems.push(`console: ${message.text()}`);
  });
}

/** Waits until a panel has ended its work, and fails with what it says if it failed. */
export async function settled(page: Page, selector: string, timeout: number = 120_000): Promise<void> {
  const error = '.work[data-state=error] [role=status]';
  await page.waitForSelector(`${selector}, ${error}`, { timeout });
  const said = await page.$(error);
  if (said !== null) throw new Error(`the panel says: ${await said.textContent()}`);
}
