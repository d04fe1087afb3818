import { existsSync } from 'node:fs';
import { delimiter, join, relative } from 'node:path';
import { filesBelow, root } from './workspace.ts';

const NAMES = ['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable'];
const ELSEWHERE = ['/Applications/Google Chrome.app/Contents/MacOS/Google Chrome', '/Applications/Chromium.app/Contents/MacOS/Chromium'];

/** The Chromium to run browser tests in: `CHROMIUM` when set, otherwise the first one installed; none is downloaded. */
export function findChromium(): string | undefined {
  const wanted = process.env['CHROMIUM'];
  if (wanted !== undefined) return wanted === '' ? undefined : wanted;
  const folders = (process.env['PATH'] ?? '').split(delimiter).filter((folder) => folder !== '');
  return [...folders.flatMap((folder) => NAMES.map((name) => join(folder, name))), ...ELSEWHERE].find((file) => existsSync(file));
}

/**
 * Command line for a headless Chromium that has WebGPU on a machine without a GPU (software adapter).
 * The sandbox is off because it cannot start as root, which is what containers run as; pages are our own.
 */
export const CHROMIUM_ARGS: readonly string[] = [
  '--no-sandbox',
  '--disable-dev-shm-usage',
  '--enable-unsafe-webgpu',
  '--enable-features=Vulkan',
  '--use-webgpu-adapter=swiftshader',
  '--use-vulkan=swiftshader',
  '--ignore-gpu-blocklist',
];

/** Cross-origin isolation: without these headers a page has no SharedArrayBuffer, hence no WASM threads. */
export const ISOLATION_HEADERS: Readonly<Record<string, string>> = {
  'Cross-Origin-Opener-Policy': 'same-origin',
  'Cross-Origin-Embedder-Policy': 'require-corp',
};

/** Test files that run in a browser page, relative to the root. */
export function browserTestFiles(): string[] {
  return ['packages', 'test', 'examples']
    .flatMap((folder) => filesBelow(join(root, folder), '.browser.test.ts'))
    .map((file) => relative(root, file));
}
