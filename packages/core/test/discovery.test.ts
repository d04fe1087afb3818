import { mkdir, mkdtemp, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { discoverPlugins, type Discovery } from '../src/discovery.ts';
import { processConditions } from '../src/entry-point.ts';
import { parsePnpmPackages } from '../src/plugin-folders.ts';

let root: string;
let found: Discovery;

async function put(path: string, content: unknown): Promise<void> {
  const file = join(root, path);
  await mkdir(dirname(file), { recursive: true });
  await writeFile(file, typeof content === 'string' ? content : JSON.stringify(content));
}

const pkg = (name: string, plugin: string, change: Record<string, unknown> = {}): Record<string, unknown> => ({
  name,
  version: '1.0.0',
  type: 'module',
  keywords: ['verilens-plugin'],
  exports: { '.': { browser: './browser.js', import: './main.js' } },
  verilens: { apiVersion: 1, name: plugin, role: 'detector', factory: 'make' },
  ...change,
});

const source = (plugin: string): string =>
  `globalThis.__loaded = [...(globalThis.__loaded ?? []), ${JSON.stringify(plugin)}];
   export const make = (options) => ({ name: ${JSON.stringify(plugin)}, role: 'detector', apiVersion: 1, options, create: async () => ({}) });`;

beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'verilens-discovery-'));
  await put('project/package.json', {
    name: 'project',
    dependencies: { 'verilens-plugin-flat': '*', '@verilens/plugin-gone': '*', 'left-pad': '*' },
  });
  await put('project/src/deep/x.txt', '');
  // Flat, as npm installs; scoped; linked, as pnpm does; in a node_modules further up.
  await put('project/node_modules/verilens-plugin-flat/package.json', pkg('verilens-plugin-flat', 'flat'));
  await put('project/node_modules/verilens-plugin-flat/main.js', source('flat'));
  await put(
    'project/node_modules/@them/verilens-plugin-scoped/package.json',
    pkg('@them/verilens-plugin-scoped', 'scoped', { verilens: { apiVersion: 1, name: 'scoped', role: 'tracker', factory: 'make' } }),
  );
  await put('project/node_modules/@them/verilens-plugin-scoped/main.js', source('scoped'));
  await put(
    'project/node_modules/.pnpm/linked@1.0.0/node_modules/linked/package.json',
    pkg('linked', 'linked', { exports: undefined, main: 'lib/index.js' }),
  );
  await put('project/node_modules/.pnpm/linked@1.0.0/node_modules/linked/lib/index.js', source('linked'));
  await symlink(join('.pnpm', 'linked@1.0.0', 'node_modules', 'linked'), join(root, 'project/node_modules/linked'));
  await put('node_modules/above/package.json', pkg('above', 'above', { exports: './dist/none.js' }));
  await put('node_modules/verilens-plugin-flat/package.json', pkg('verilens-plugin-flat', 'flat', { version: '0.1.0' }));
  // Not plugins, and broken ones.
  await put('project/node_modules/left-pad/package.json', { name: 'left-pad' });
  await put('project/node_modules/torn/package.json', '{ "name": "torn", "keywords": ["verilens-plug');
  await put('project/node_modules/other-torn/package.json', '{ "name": ');
  await put(
    'project/node_modules/future/package.json',
    pkg('future', 'future', { verilens: { apiVersion: 9, name: 'future', role: 'oracle', factory: 'x' } }),
  );
  await put(
    'project/node_modules/no-role/package.json',
    pkg('no-role', 'no-role', { verilens: { apiVersion: 1, name: 'no-role', factory: 'x' } }),
  );
  await put('project/node_modules/verilens-plugin-forgot/package.json', { name: 'verilens-plugin-forgot' });
  await put('project/node_modules/zz-twin/package.json', pkg('zz-twin', 'flat'));
  found = await discoverPlugins({ from: join(root, 'project/src/deep') });
});

const byName = (name: string) => found.plugins.find((plugin) => plugin.name === name)!;
const problem = (part: string) => found.problems.find(({ file, error }) => file.includes(part) || error.message.includes(part))?.error;

describe('discovery', () => {
  it('finds flat, scoped, linked and inherited packages without running them', () => {
    expect(found.plugins.map(({ name, role, packageName, version }) => [name, role, packageName, version])).toEqual([
      ['above', 'detector', 'above', '1.0.0'],
      ['flat', 'detector', 'verilens-plugin-flat', '1.0.0'],
      ['linked', 'detector', 'linked', '1.0.0'],
      ['scoped', 'tracker', '@them/verilens-plugin-scoped', '1.0.0'],
    ]);
    expect((globalThis as { __loaded?: string[] }).__loaded).toBeUndefined();
  });

  it('reports what is broken and goes on', () => {
    expect(found.problems.length).toBe(6);
    expect(problem('node_modules/torn')).toMatchObject({ code: 'BAD_PLUGIN' });
    expect(problem('future')).toMatchObject({ code: 'UNSUPPORTED' });
    expect(problem('no-role')?.message).toContain('"verilens.role"');
    expect(problem('verilens-plugin-forgot')?.message).toContain('"keywords"');
    expect(problem('zz-twin')).toMatchObject({ code: 'DUPLICATE_NAME', got: 'verilens-plugin-flat and zz-twin' });
    expect(problem('@verilens/plugin-gone')).toMatchObject({ code: 'NOT_FOUND' });
  });

  it('loads on demand and holds the code to its manifest', async () => {
    const plugin = await byName('flat').load({ threshold: 0.4 });
    expect(plugin).toMatchObject({ name: 'flat', options: { threshold: 0.4 } });
    expect((await byName('linked').load()).name).toBe('linked');
    expect((globalThis as { __loaded?: string[] }).__loaded).toEqual(['flat', 'linked']);
    await expect(byName('scoped').load()).rejects.toThrow(/"role" of the plugin.*"tracker" as its manifest says/);
    await expect(byName('above').load()).rejects.toThrow(/no entry file that exists/);
  });

  it('filters by role', async () => {
    const { plugins } = await discoverPlugins({ from: join(root, 'project'), role: 'tracker' });
    expect(plugins.map(({ name }) => name)).toEqual(['scoped']);
  });

  it('finds the plugins of a workspace that nobody depends on', async () => {
    await put(
      'mono/pnpm-workspace.yaml',
      "packages:\n  - 'packages/*'\n  - packages/plugins/* # all of them\n  - '!packages/plugins/out'\ncatalog:\n  a: 1\n",
    );
    await put('mono/package.json', { name: 'mono' });
    await put(
      'mono/packages/plugins/in/package.json',
      pkg('@verilens/plugin-in', 'in', { exports: { '.': { '@verilens/source': './src/index.mjs', default: './dist/index.js' } } }),
    );
    await put('mono/packages/plugins/in/src/index.mjs', source('in'));
    await put('mono/packages/plugins/out/package.json', pkg('@verilens/plugin-out', 'out'));
    await put('mono/packages/app/package.json', { name: 'app', dependencies: { '@verilens/plugin-in': 'workspace:*' } });
    for (const from of ['mono', 'mono/packages/app']) {
      const { plugins, problems } = await discoverPlugins({ from: join(root, from) });
      expect(plugins.map(({ name }) => name)).toEqual(['above', 'flat', 'in']);
      expect(problems).toEqual([]);
      expect((await plugins.find(({ name }) => name === 'in')!.load()).name).toBe('in');
    }
  });

  it('finds the plugins of this workspace', async () => {
    const { plugins } = await discoverPlugins({ from: join(import.meta.dirname, '../../..'), role: 'detector' });
    expect(plugins.map(({ packageName }) => packageName)).toContain('@verilens/plugin-stdt');
  });
});

it('reads workspace lists in block and flow style', () => {
  expect(parsePnpmPackages('packages:\n- "a/*"\n\n  # note\n- b\nother:\n- c\n')).toEqual(['a/*', 'b']);
  expect(parsePnpmPackages("packages: ['a/*', b]\n")).toEqual(['a/*', 'b']);
  expect(parsePnpmPackages('catalog:\n  a: 1\n')).toEqual([]);
});

it('reads the conditions a process was started with', () => {
  expect(processConditions(['--conditions=a', '-C', 'b', '--conditions', 'c', '--import', 'tsx'])).toEqual(['a', 'b', 'c']);
});
