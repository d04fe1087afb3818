import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, readFileSync, statSync } from 'node:fs';
import { basename, dirname, extname, join, relative } from 'node:path';
import { describe, expect, it } from 'vitest';
import { filesBelow, publishedPackages, readManifest, root, type ExportTarget } from '../scripts/workspace.ts';

const MEGABYTE = 2 ** 20;
/** Weights are shipped here, each named with its SHA-256 by a card (JSON) beside it or in the sources of its package. */
const MODELS = /^packages\/(plugins\/)?[^/]+\/models\/[^/]+\.(onnx|safetensors)$/;
/** Numbers made by a script in the repository, for tests. */
const FIXTURES = /^(packages\/(plugins\/)?[^/]+\/(test\/)?|test\/)fixtures\//;
/** Pictures of the docs. */
const PICTURES = /^(docs\/images|packages\/plugins\/[^/]+\/results)\/[^/]+\.png$/; // drawn or of data whose licence allows it
const MEDIA = new Set('.jpg .jpeg .png .gif .webp .avif .bmp .tif .tiff .mp4 .webm .mov .avi .mkv .wav .mp3 .ogg'.split(' '));
const WEIGHTS = new Set('.onnx .safetensors .pt .pth .bin .npy .npz .tflite .pb .h5 .ckpt .ort .data'.split(' '));
const TEXT = new Set('.ts .mts .mjs .js .cjs .json .jsonc .md .yaml .yml .html .css .py .sh .txt .toml .npmrc .svg'.split(' '));

const tracked = trackedFiles();
const texts = tracked.filter((file) => TEXT.has(extname(file) || basename(file)) || file === '.ci/run' || extname(file) === '');

/** Spelt in pieces, so that this file does not contain what it looks for. */
const FORBIDDEN: readonly [string, RegExp][] = [
  [
    'a package registry by its host name',
    new RegExp(['registry', '\\.(npmjs|yarnpkg|npmmirror)\\.', '|registry', '\\.[a-z0-9.-]+\\.(org|com|net|io|dev)\\b'].join(''), 'i'),
  ],
  ['a package file by its address', new RegExp(['https?:', '//\\S+\\.tgz'].join(''), 'i')],
  [
    'a path of one machine',
    new RegExp(
      ['(?<![\\w.~/*-])/(', 'home/[a-z]|', 'root/|', 'Users/[A-Za-z]|', 'work/(main|shared|tmp)', ')|[A-Z]:\\\\', 'Users'].join(''),
    ),
  ],
];

describe('files of the repository', () => {
  it.each(FORBIDDEN)('name no %s', (_, pattern) => {
    const hits = texts.flatMap((file) =>
      read(file)
        .split('\n')
        .map((line, index) => ({ at: `${file}:${index + 1}`, line: line.trim().slice(0, 160) }))
        .filter(({ line }) => pattern.test(line)),
    );
    expect(hits).toEqual([]);
  });

  it('has patterns that can match', () => {
    const samples = [
      ['https://', 'registry', '.npmjs.org/x'],
      ['https:', '//example.org/x-1.0.0.tgz'],
      ['see ', '/ho', 'me/someone/x'],
    ].map((parts) => parts.join(''));
    FORBIDDEN.forEach(([, pattern], index) => expect(samples[index]).toMatch(pattern));
  });

  it('contain no media but the pictures of the docs', () => {
    expect(tracked.filter((file) => MEDIA.has(extname(file).toLowerCase()) && !PICTURES.test(file) && !FIXTURES.test(file))).toEqual([]);
    expect(tracked.filter((file) => /\.(mp4|webm|mov|avi|mkv|jpe?g)$/i.test(file))).toEqual([]);
  });

  it('contain no weights but the cared-for models and fixtures', () => {
    expect(tracked.filter((file) => WEIGHTS.has(extname(file).toLowerCase()) && !MODELS.test(file) && !FIXTURES.test(file))).toEqual([]);
  });

  it('are small', () => {
    const large = tracked.filter(
      (file) => file !== 'pnpm-lock.yaml' && statSync(join(root, file)).size > (MODELS.test(file) ? 8 : 1) * MEGABYTE,
    );
    expect(large).toEqual([]);
  });

  it('contain no build output, archive or left-over', () => {
    expect(
      tracked.filter((file) => /(^|\/)(dist|out|node_modules|coverage)\/|\.(tgz|log|orig|rej|tsbuildinfo)$|\.tmp\./.test(file)),
    ).toEqual([]);
  });
});

describe('shipped models', () => {
  const models = tracked.filter((file) => MODELS.test(file));

  it.each(models)('%s is the file its card describes', (file) => {
    const bytes = readFileSync(join(root, file));
    const sha256 = createHash('sha256').update(bytes).digest('hex');
    const folder = join(root, dirname(dirname(file)));
    const cards = [
      ...filesBelow(join(folder, 'models'), '.json'),
      ...filesBelow(join(folder, 'src'), '.ts'),
      ...filesBelow(join(folder, 'src'), '.json'),
    ];
    const naming = cards.filter((card) => readFileSync(card, 'utf8').includes(sha256)).map((card) => relative(root, card));
    expect(naming, `no card of ${file} names its SHA-256 ${sha256}`).not.toEqual([]);
  });
});

describe('the lock file', () => {
  const lock = read('pnpm-lock.yaml');

  it('leaves the place of every package to the registry that is configured', () => {
    expect(lock.match(/tarball:.*/g)).toBeNull();
    expect(lock.match(/https?:\/\/\S+/g)).toBeNull();
    expect(lock.match(/resolution: \{(?!integrity: sha512-).*/g)).toBeNull();
  });

  it('belongs to the pinned pnpm', () => {
    const pinned = readManifest(root).packageManager;
    expect(pinned).toMatch(/^pnpm@\d+\.\d+\.\d+$/);
    expect(read('pnpm-workspace.yaml')).toContain(`\n  pnpm: ${pinned!.slice('pnpm@'.length)}\n`);
  });

  it('installs no dependency by a build script', () => {
    expect(read('.npmrc')).toMatch(/^ignore-scripts=true$/m);
    expect(read('pnpm-workspace.yaml')).not.toMatch(/^ {2}\S+: true$/m);
  });
});

describe.each(publishedPackages().map((pkg) => [pkg.short, pkg] as const))('package.json of %s', (short, { manifest, folder }) => {
  it('publishes what it exports, without the source condition', () => {
    const expected = Object.fromEntries(Object.entries(manifest.exports ?? {}).map(([subpath, target]) => [subpath, published(target)]));
    // A command's own file need not be importable by others.
    const { './main': _main, ...importable } = expected;
    const { './main': _published, ...exported } = manifest.publishConfig?.exports ?? {};
    expect(exported).toEqual(importable);
  });

  it('has the fields every package has', () => {
    expect(manifest).toMatchObject({
      type: 'module',
      license: 'MIT',
      sideEffects: false,
      publishConfig: { access: 'public' },
      engines: { node: '>=20.19' },
    });
    expect(manifest.files).toContain('dist');
    expect(manifest).not.toHaveProperty('scripts.postinstall');
    expect(manifest).not.toHaveProperty('scripts.install');
    expect(manifest).not.toHaveProperty('scripts.prepare');
  });

  it('takes third-party versions from the catalog and ours from the workspace', () => {
    const { dependencies = {}, devDependencies = {} } = manifest;
    const loose = Object.entries({ ...dependencies, ...devDependencies }).filter(
      ([name, range]) => range !== (name.startsWith('@verilens/') ? 'workspace:^' : 'catalog:'),
    );
    expect(loose).toEqual([]);
  });

  it.runIf(short.startsWith('plugin-'))('leaves the version of core to its user', () => {
    // The manifest's apiVersion is what core checks. A caret range would make every minor of core a major of every plugin.
    expect(manifest.peerDependencies?.['@verilens/core']).toBe('workspace:>=0.0.0 <1.0.0');
    expect(manifest.dependencies).not.toHaveProperty('@verilens/core');
  });

  it('is described by a README that opens with its name', () => {
    expect(existsSync(join(folder, 'README.md')), `${short} has no README.md`).toBe(true);
    expect(readFileSync(join(folder, 'README.md'), 'utf8')).toContain(manifest.name);
  });
});

/** What a target of `exports` has to be once the source condition is gone: the built file, and its types before it. */
function published(target: ExportTarget): ExportTarget {
  if (typeof target === 'string') return target;
  const { '@verilens/source': source, types, default: code, ...nested } = target;
  const keys = Object.keys(target);
  // Conditions are tried in order: a place of its own (`browser`) first, then the source, then what is built.
  expect(keys).toEqual([...Object.keys(nested), '@verilens/source', 'types', 'default']);
  const stem = String(source)
    .replace(/^\.\/src\//, './dist/')
    .replace(/\.ts$/, '');
  expect({ types, default: code }).toEqual({ types: `${stem}.d.ts`, default: `${stem}.js` });
  return {
    ...Object.fromEntries(Object.entries(nested).map(([condition, next]) => [condition, published(next)])),
    types: types!,
    default: code!,
  };
}

function read(file: string): string {
  return readFileSync(join(root, file), 'utf8');
}

/** Files git tracks; in a copy without git, every file that is not ignored. */
function trackedFiles(): string[] {
  try {
    const list = execFileSync('git', ['ls-files', '-z'], { cwd: root, encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] });
    return list.split('\0').filter((file) => file !== '' && existsSync(join(root, file)));
  } catch {
    return filesBelow(root, '')
      .map((file) => relative(root, file))
      .filter((file) => !/(^|\/)(\.git|\.cache|out)\//.test(file));
  }
}
