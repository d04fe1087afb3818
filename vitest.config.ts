import { playwright } from '@vitest/browser-playwright';
import { defineConfig, type TestProjectConfiguration } from 'vitest/config';
import { CHROMIUM_ARGS, ISOLATION_HEADERS, findChromium } from './scripts/chromium.ts';

const source = ['@verilens/source'];
const places = ['packages/*/test/**', 'packages/plugins/*/test/**', 'examples/*/test/**', 'bench/test/**', 'test/**'];
const chromium = findChromium();

const node: TestProjectConfiguration = {
  resolve: { conditions: [...source, 'module', 'node', 'development|production'] },
  ssr: { resolve: { conditions: [...source, 'module', 'node', 'development|production'], externalConditions: source } },
  test: {
    name: 'node',
    include: places.map((place) => `${place}/*.test.ts`),
    exclude: ['**/node_modules/**', '**/dist/**', '**/*.browser.test.ts'],
    testTimeout: 60_000,
    hookTimeout: 120_000,
    pool: 'forks',
  },
};

const browser: TestProjectConfiguration = {
  resolve: { conditions: [...source, 'module', 'browser', 'development|production'] },
  server: { headers: { ...ISOLATION_HEADERS } },
  // Every dependency used in a page is ESM already. Bundling them on discovery would reload the page in the middle of a test.
  optimizeDeps: { noDiscovery: true },
  test: {
    name: 'browser',
    include: places.map((place) => `${place}/*.browser.test.ts`),
    exclude: ['**/node_modules/**', '**/dist/**'],
    testTimeout: 120_000,
    hookTimeout: 120_000,
    browser: {
      enabled: true,
      headless: true,
      screenshotFailures: false,
      provider: playwright({ launchOptions: { executablePath: chromium, args: [...CHROMIUM_ARGS] } }),
      instances: [{ browser: 'chromium' }],
    },
  },
};

if (chromium === undefined) {
  process.stderr.write('Browser tests are skipped: no Chromium found. Install one (Debian: package chromium) or name one in CHROMIUM.\n');
}

/** Tests run from TypeScript sources through the private export condition; nothing is built first. */
export default defineConfig({
  test: {
    maxWorkers: 2,
    projects: chromium === undefined ? [node] : [node, browser],
  },
});
