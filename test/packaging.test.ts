import { checkPackage, createPackageFromTarballData } from '@arethetypeswrong/core';
import { execFile } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, resolve, sep } from 'node:path';
import { promisify } from 'node:util';
import { publint } from 'publint';
import { formatMessage } from 'publint/utils';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { toolFile } from '../scripts/tool.ts';
import { publishedPackages, readManifest } from '../scripts/workspace.ts';
import { linkDependencies, listing, makeStage, packPackage, unpack } from './helpers/pack.ts';

const run = promisify(execFile);
const packages = publishedPackages();
// Outside the workspace, so that nothing of it is found by chance.
const place = mkdtempSync(join(tmpdir(), 'verilens-pack-'));
const app = join(place, 'app');
const tarballs = new Map<string, string>();
const failures = new Map<string, unknown>();

/** Every package as publishing would make it, unpacked into one empty project as installing would. */
beforeAll(async () => {
  const stage = join(place, 'stage');
  makeStage(stage);
  await inPairs(packages, async (pkg) => {
    try {
      const tarball = await packPackage(pkg, stage);
      tarballs.set(pkg.short, tarball);
      await unpack(tarball, pkg.manifest.name, app);
      linkDependencies(pkg, app);
    } catch (error) {
      failures.set(pkg.short, error);
    }
  });
  writeFileSync(join(app, 'package.json'), JSON.stringify({ name: 'app', private: true, type: 'module' }));
}, 300_000);
afterAll(() => rmSync(place, { recursive: true, force: true }));

describe.each(packages.map((pkg) => [pkg.manifest.name, pkg] as const))('%s, packed', (name, pkg) => {
  const folder = join(app, 'node_modules', name);

  beforeEach(() => {
    if (failures.has(pkg.short)) throw new Error(`${name} was not packed: ${String(failures.get(pkg.short)).slice(0, 400)}`);
  });

  it('is clean for publint, strictly', async () => {
    const bytes = readFileSync(tarballs.get(pkg.short)!);
    const tarball = bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.byteLength) as ArrayBuffer;
    const { messages, pkg: manifest } = await publint({ pack: { tarball }, strict: true });
    expect(messages.map((message) => formatMessage(message, manifest, { color: false }))).toEqual([]);
  });

  it('has types that resolve (attw)', async () => {
    const analysis = await checkPackage(createPackageFromTarballData(readFileSync(tarballs.get(pkg.short)!)));
    expect(analysis.types).not.toBe(false);
    const problems = analysis.types === false ? [] : analysis.problems;
    // We publish ES modules only: `require` and resolvers from before `exports` are not served.
    const unserved = ['node10', 'node16-cjs'];
    expect(problems.filter((problem) => !('resolutionKind' in problem && unserved.includes(problem.resolutionKind)))).toEqual([]);
  });

  it('holds what a user needs and nothing else', () => {
    const files = listing(folder);
    expect(files).toEqual(
      expect.arrayContaining(['LICENSE', 'README.md', 'package.json', join('dist', 'index.js'), join('dist', 'index.d.ts')]),
    );
    const allowed = ['dist', ...(pkg.manifest.files ?? [])].map((name) => `${name}${sep}`);
    expect(files.filter((file) => file.includes(sep) && !allowed.some((start) => file.startsWith(start)))).toEqual([]);
    const text = readFileSync(join(folder, 'package.json'), 'utf8');
    expect(text).not.toMatch(/@verilens\/source|workspace:|catalog:/);
  });

  it('can be imported by each of its entries', async () => {
    const { exports = {} } = readManifest(folder);
    const entries = Object.keys(exports)
      .filter((subpath) => subpath !== './package.json' && subpath !== './vitest')
      .map((subpath) => name + subpath.slice(1));
    const script = `for (const entry of ${JSON.stringify(entries)}) console.log(entry, Object.keys(await import(entry)).length)`;
    const { stdout } = await run(process.execPath, ['--input-type=module', '-e', script], { cwd: app });
    const counts = stdout
      .trim()
      .split('\n')
      .map((line) => line.split(' '));
    expect(counts.map(([entry]) => entry)).toEqual(entries);
    expect(
      counts.filter(([, count]) => count === '0'),
      'entries that export nothing',
    ).toEqual([]);
  });

  it('finds its models from where its code lies', () => {
    const scripts = listing(join(folder, 'dist'))
      .filter((file) => file.endsWith('.js'))
      .map((file) => join(folder, 'dist', file));
    const missing = scripts.flatMap((script) =>
      [...readFileSync(script, 'utf8').matchAll(/new URL\(\s*(["'`])(\.[^"'`$]+)\1,\s*import\.meta\.url/g)]
        .map(([, , target]) => resolve(dirname(script), target!))
        .filter((target) => !existsSync(target) || !target.startsWith(folder)),
    );
    expect(missing).toEqual([]);
  });

  it('has commands that start', async () => {
    for (const file of Object.values(readManifest(folder).bin ?? {})) {
      expect(readFileSync(join(folder, file), 'utf8').split('\n')[0]).toBe('#!/usr/bin/env node');
      const { stdout } = await run(process.execPath, [join(folder, file), '--help'], { cwd: app });
      expect(stdout).toContain('Usage');
    }
  });
});

describe('a project that uses the packed packages', () => {
  it('sees their types', async () => {
    writeFileSync(
      join(app, 'app.ts'),
      `import { VerilensError, type DetectionResult, type ErrorCode } from '@verilens/core';
const code: ErrorCode = new VerilensError('BAD_INPUT', 'x', { place: 'y' }).code;
export function scoreOf(result: DetectionResult): number { return result.score ?? (code === 'ABORTED' ? 0 : 1); }
// @ts-expect-error: not one of the codes
new VerilensError('OOPS', 'x', { place: 'y' });
`,
    );
    const compilerOptions = {
      strict: true,
      noEmit: true,
      module: 'nodenext',
      target: 'es2023',
      lib: ['ES2023', 'DOM', 'ESNext.Disposable'],
      types: [],
      skipLibCheck: true,
    };
    writeFileSync(join(app, 'tsconfig.json'), JSON.stringify({ compilerOptions, files: ['app.ts'] }));
    const { stdout } = await run(process.execPath, [toolFile(['typescript', 'tsc']), '-p', app]).catch(
      (error: { stdout: string }) => error,
    );
    expect(stdout).toBe('');
  });
});

/** Two at a time: packing waits for the disk as much as for a core. */
async function inPairs<T>(items: readonly T[], work: (item: T) => Promise<void>): Promise<void> {
  const queue = [...items];
  const worker = async (): Promise<void> => {
    for (let item = queue.shift(); item !== undefined; item = queue.shift()) await work(item);
  };
  await Promise.all([worker(), worker()]);
}
