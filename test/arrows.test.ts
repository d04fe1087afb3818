import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { publishedPackages, sourceOf, type Package } from '../scripts/workspace.ts';
import { importsOf, packageOf, specifiersOf, staticImports } from './helpers/imports.ts';

/** Which packages of ours the sources of a package may import. A package not listed here has no arrows: it fails until it has. */
const ARROWS: Readonly<Record<string, readonly string[]>> = {
  core: [],
  'runtime-native': ['core'],
  'runtime-wasm': ['core'],
  nn: ['core'],
  vision: ['core'],
  metrics: ['core'],
  report: ['core', 'vision', 'metrics'],
  media: ['core', 'vision'],
  faces: ['core', 'vision'],
  data: ['core', 'vision', 'media', 'faces'],
  explain: ['core', 'nn', 'vision', 'metrics'],
  generative: ['core', 'nn'],
  hub: ['core', 'vision', 'explain'],
  testing: ['core', 'metrics'],
  cli: [
    'core',
    'explain',
    'generative',
    'hub',
    'runtime-native',
    'runtime-wasm',
    'vision',
    'metrics',
    'report',
    'media',
    'faces',
    'data',
    'nn',
    'testing',
  ],
};
const PLUGIN_ARROWS: readonly string[] = ['core', 'explain', 'generative', 'hub', 'nn', 'vision', 'faces', 'data', 'metrics'];
const ENGINES: Readonly<Record<string, string>> = { 'onnxruntime-node': 'runtime-native', 'onnxruntime-web': 'runtime-wasm' };
/** Packages whose main entry is loaded in browsers too: modules of Node only by a dynamic import that a page never reaches. */
const NODE_ONLY: readonly string[] = ['cli', 'runtime-native'];

const packages = publishedPackages();

describe.each(packages.map((pkg) => [pkg.short, pkg] as const))('%s', (short, pkg) => {
  const imports = importsOf(pkg);

  it('imports along the arrows only', () => {
    const allowed = isPlugin(short) ? PLUGIN_ARROWS : ARROWS[short];
    expect(allowed, `add ${short} to ARROWS in this test`).toBeDefined();
    const wrong = imports
      .filter(({ specifier }) => specifier.startsWith('@verilens/'))
      .filter(({ specifier }) => {
        const name = packageOf(specifier)!.replace('@verilens/', '');
        return name !== short && !allowed!.includes(name);
      });
    expect(wrong).toEqual([]);
  });

  it('does not import an ONNX Runtime engine, unless it is the runtime of that engine', () => {
    expect(imports.filter(({ specifier }) => (ENGINES[packageOf(specifier) ?? ''] ?? short) !== short)).toEqual([]);
  });

  it('imports no plugin', () => {
    expect(
      imports
        .filter(({ specifier }) => packageOf(specifier)?.startsWith('@verilens/plugin-'))
        .filter(({ specifier }) => packageOf(specifier) !== pkg.manifest.name),
    ).toEqual([]);
  });

  it('reaches other packages by their name, never by a path', () => {
    expect(imports.filter(({ specifier }) => /(^|\/)(packages|node_modules|dist)\//.test(specifier))).toEqual([]);
  });

  it('names in package.json what it imports, and nothing else', () => {
    const { dependencies = {}, peerDependencies = {}, peerDependenciesMeta = {} } = pkg.manifest;
    const imported = new Set(
      imports.map(({ specifier }) => packageOf(specifier)).filter((name) => name !== undefined && name !== pkg.manifest.name),
    );
    const declared = new Set([...Object.keys(dependencies), ...Object.keys(peerDependencies)]);
    expect(
      [...imported].filter((name) => !declared.has(name!)),
      'imported, not declared',
    ).toEqual([]);
    const optional = (name: string): boolean => peerDependenciesMeta[name]?.optional === true;
    expect(
      [...declared].filter((name) => !imported.has(name) && !optional(name)),
      'declared, not imported',
    ).toEqual([]);
  });

  it.skipIf(NODE_ONLY.includes(short))('can be loaded where there is no Node', () => {
    const entry = join(pkg.folder, sourceOf(pkg.manifest.exports?.['.'], ['browser'])!);
    expect(existsSync(entry)).toBe(true);
    const node = staticImports(entry).filter(({ specifier }) => packageOf(specifier) === undefined && !specifier.startsWith('.'));
    expect(node).toEqual([]);
  });
});

describe('the reading of imports', () => {
  it('sees every form of import', () => {
    const source =
      "import 'a'; import type { B } from 'b'; export * from 'c'; const d = await import('d'); type E = import('e').E; import f from 'f' with { type: 'json' };";
    expect(specifiersOf(source).sort()).toEqual(['a', 'b', 'c', 'd', 'e', 'f']);
  });

  it('tells packages from relative paths and from Node', () => {
    expect(['@a/b/c', 'd/e', './f.ts', 'node:fs', 'fs'].map(packageOf)).toEqual(['@a/b', 'd', undefined, undefined, undefined]);
  });
});

function isPlugin(short: Package['short']): boolean {
  return short.startsWith('plugin-');
}
