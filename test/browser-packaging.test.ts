import { execFile } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { openMedia, writeVideo } from '@verilens/media';
import { type Browser, chromium as browsers } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Served, serveFolder } from '../examples/browser-playground/serve-folder.ts';
import { drawnFace } from '../examples/browser-playground/src/worker/drawn-face.ts';
import { CHROMIUM_ARGS, findChromium, ISOLATION_HEADERS } from '../scripts/chromium.ts';
import { type Package, publishedPackages } from '../scripts/workspace.ts';
import { linkDependencies, makeStage, packPackage, unpack } from './helpers/pack.ts';

/**
 * Fresh projects that have nothing of ours but packed tarballs, as from a registry: the ten lines are built and run with
 * Vite as it comes, with esbuild alone, from a page with an import map and no build, and in Node. All judge the same file.
 */
const chromium = findChromium();
const run = promisify(execFile);
const place = mkdtempSync(join(tmpdir(), 'verilens-browser-pack-'));
const app = join(place, 'app');
const clip = join(app, 'clip.webm');
/** One byte in so many is compared: all colours come by, alpha too. */
const SPARSE = 37;
const NAMES = ['core', 'runtime-wasm', 'runtime-native', 'media', 'faces', 'plugin-stdt'];

const lines = (runtime: string, make: string, input: string): string => `import { createEngine } from '@verilens/core';
import { faces } from '@verilens/faces';
import { media } from '@verilens/media';
import { stdt } from '@verilens/plugin-stdt';
import { ${runtime} } from '@verilens/runtime-${runtime}';

const engine = await createEngine({ runtime: () => ${make}, plugins: [stdt()], services: [media(), faces()] });
const { status, score, models, device } = await engine.detect(${input});
await engine.dispose();
`;
const tenLines = `const query = new URLSearchParams(location.search);
${lines('wasm', "wasm({ device: query.get('device') ?? 'wasm', threads: query.has('threads') ? Number(query.get('threads')) : undefined })", "new URL('clip.webm', document.baseURI)")}
globalThis.answer = { status, score, models, device };
`;

interface Answer {
  readonly status: string;
  readonly score: number;
  readonly models: readonly { readonly name: string; readonly score: number }[];
  readonly device: string;
}

/** What packed Node says on native CPU: the reference. */
let reference: Answer;
let served: Served;
let browser: Browser | undefined;

beforeAll(async () => {
  const all = publishedPackages();
  const packages = closure(NAMES, all);
  const stage = join(place, 'stage');
  makeStage(stage);
  for (const pkg of packages) {
    await unpack(await packPackage(pkg, stage), pkg.manifest.name, app);
    linkDependencies(pkg, app);
  }
  writeFileSync(join(app, 'package.json'), JSON.stringify({ name: 'app', private: true, type: 'module' }));
  writeFileSync(join(app, 'judge.js'), tenLines);
  await writeVideo(firstFrames(40), clip, { codec: 'vp9', quality: 95 });
  served = await serveFolder(app, { headers: ISOLATION_HEADERS });
  if (chromium !== undefined) browser = await browsers.launch({ executablePath: chromium, args: [...CHROMIUM_ARGS] });
}, 400_000);
afterAll(async () => {
  await browser?.close();
  await served?.close();
  rmSync(place, { recursive: true, force: true });
});

it('Node ESM: the ten lines run', { timeout: 120_000 }, async () => {
  const program = `${lines('native', "native({ device: 'cpu', threads: 1 })", "'clip.webm'")}
console.log(JSON.stringify({ status, score, models, device }));
`;
  writeFileSync(join(app, 'judge-node.js'), program);
  const { stdout } = await run(process.execPath, ['judge-node.js'], { cwd: app });
  reference = JSON.parse(stdout) as Answer;
  expect(reference.device).toBe('cpu');
  expect(reference.status).toMatch(/^(AUTHENTIC|MANIPULATED|INCONCLUSIVE)$/);
});

describe.skipIf(chromium === undefined)('in a browser (needs a Chromium)', () => {
  it('Vite, with no setting at all', { timeout: 240_000 }, async () => {
    const root = project('vite', '<script type="module" src="./judge.js"></script>');
    cpSync(join(app, 'judge.js'), join(root, 'judge.js'));
    const { build } = await import('vite');
    await build({ root, configFile: false, logLevel: 'silent', base: './', build: { outDir: 'dist', target: 'es2022' } });
    cpSync(clip, join(root, 'dist', 'clip.webm'));
    agrees(await open('vite/dist/?threads=1'), 1e-3);
    agrees(await open('vite/dist/?threads=2'), 1e-3);
  });

  it('Vite, on several threads, with the one setting that docs/browser.md names', { timeout: 240_000 }, async () => {
    const root = project('vite-threads', '<script type="module" src="./judge.js"></script>');
    cpSync(join(app, 'judge.js'), join(root, 'judge.js'));
    const { build } = await import('vite');
    const groups = [
      { name: 'onnxruntime-common', test: /onnxruntime-common/, priority: 2 },
      { name: 'onnxruntime-webgpu', test: /onnxruntime-web.*webgpu/, priority: 1 },
      { name: 'onnxruntime-wasm', test: /onnxruntime-web/ },
    ];
    const rolldownOptions = { output: { codeSplitting: { groups } } };
    await build({ root, configFile: false, logLevel: 'silent', base: './', build: { outDir: 'dist', target: 'es2022', rolldownOptions } });
    cpSync(clip, join(root, 'dist', 'clip.webm'));
    agrees(await open('vite-threads/dist/?threads=2'), 1e-3);
  });

  it('WebGPU gives the same scores (by software where there is no GPU)', { timeout: 240_000 }, async () => {
    agrees(await open('vite-threads/dist/?device=webgpu', 200_000), 2e-3);
  });

  it('esbuild alone: weights copied beside the code, as docs/browser.md says', { timeout: 120_000 }, async () => {
    const root = project('esbuild', '<script type="module" src="./js/judge.js"></script>');
    const esbuild = toolOf('tsx', 'esbuild') as Esbuild;
    await esbuild.build({
      entryPoints: [join(app, 'judge.js')],
      bundle: true,
      splitting: true,
      format: 'esm',
      target: 'es2022',
      outdir: join(root, 'js'),
      external: ['node:*'],
      logLevel: 'error',
    });
    for (const name of ['faces', 'plugin-stdt'])
      cpSync(join(app, 'node_modules/@verilens', name, 'models'), join(root, 'models'), { recursive: true });
    cpSync(join(app, 'node_modules/onnxruntime-web/dist/ort-wasm-simd-threaded.wasm'), join(root, 'js/ort-wasm-simd-threaded.wasm'));
    cpSync(clip, join(root, 'clip.webm'));
    agrees(await open('esbuild/'), 1e-3);
  });

  it('an import map and no build; only two old libraries are bundled', { timeout: 120_000 }, async () => {
    const esbuild = toolOf('tsx', 'esbuild') as Esbuild;
    for (const name of ['tsyringe', 'reflect-metadata']) {
      const outfile = join(app, 'vendor', `${name}.js`);
      await esbuild.build({
        stdin: { contents: `export * from '${name}';`, resolveDir: app },
        bundle: true,
        format: 'esm',
        outfile,
        logLevel: 'error',
      });
    }
    const map = JSON.stringify({ imports: importMap() });
    writeFileSync(
      join(app, 'index.html'),
      `<!doctype html><meta charset="utf-8"><script type="importmap">${map}</script><script type="module" src="./judge.js"></script>`,
    );
    agrees(await open(''), 1e-3);
  });

  it('the browser decodes to the same pixels as Node, but for rounding', { timeout: 120_000 }, async () => {
    const root = project('decode', '<script type="module" src="./decode.js"></script>');
    writeFileSync(
      join(root, 'decode.js'),
      `import { openMedia } from '@verilens/media';
const media = await openMedia(new URL('clip.webm', document.baseURI));
const frames = [];
for await (const { image, timestampMs } of media.frames({ sampling: { fps: 2 } })) frames.push({ timestampMs, data: Array.from({ length: Math.floor(image.data.length / ${SPARSE}) }, (_, i) => image.data[i * ${SPARSE}]) });
globalThis.answer = frames;
`,
    );
    const { build } = await import('vite');
    await build({ root, configFile: false, logLevel: 'silent', base: './', build: { outDir: 'dist', target: 'es2022' } });
    cpSync(clip, join(root, 'dist', 'clip.webm'));
    const there = (await open('decode/dist/')) as unknown as { timestampMs: number; data: number[] }[];
    await using media = await openMedia(clip);
    let at = 0;
    let largest = 0;
    let sum = 0;
    let count = 0;
    for await (const { image, timestampMs } of media.frames({ sampling: { fps: 2 } })) {
      const other = there[at++]!;
      expect(other.timestampMs).toBeCloseTo(timestampMs, 3);
      other.data.forEach((value, i) => {
        const difference = Math.abs(value - image.data[i * SPARSE]!);
        largest = Math.max(largest, difference);
        sum += difference;
        count++;
      });
    }
    expect(there.length).toBe(at);
    // docs/browser.md states both figures.
    expect({ largest, mean: sum / count }).toEqual({
      largest: expect.toSatisfy((n: number) => n <= 2),
      mean: expect.toSatisfy((n: number) => n < 0.1),
    });
  });
});

/** The scores of one file may differ from those of native CPU by the device's tolerance, decoding included. */
function agrees(found: Answer, tolerance: number): void {
  expect(found.status).toBe(reference.status);
  for (const { name, score } of reference.models) {
    const other = found.models.find((model) => model.name === name)!;
    expect(Math.abs(other.score - score), `${name} on ${found.device}: ${other.score} beside ${score}`).toBeLessThan(tolerance);
  }
}

/** Opens a page of the project and waits for what it leaves in `answer`. */
async function open(path: string, timeout: number = 90_000): Promise<Answer> {
  const page = await browser!.newPage();
  const problems: string[] = [];
  page.on('pageerror', (error) => problems.push(error.message));
  page.on('console', (message) => message.type() === 'error' && problems.push(message.text()));
  await page.goto(served.address + path);
  try {
    await page.waitForFunction(() => 'answer' in globalThis, undefined, { timeout });
  } catch (cause) {
    throw new Error(`no answer; the page says: ${problems.join('; ') || 'nothing'}`, { cause });
  }
  const answer = await page.evaluate(() => (globalThis as unknown as { answer: Answer }).answer);
  await page.close();
  return answer;
}

function project(name: string, body: string): string {
  const root = join(app, name);
  mkdirSync(root, { recursive: true });
  writeFileSync(join(root, 'index.html'), `<!doctype html><meta charset="utf-8"><title>ten lines</title>${body}`);
  return root;
}

async function* firstFrames(count: number): AsyncGenerator<import('@verilens/core').VideoFrame> {
  for await (const frame of drawnFace()) {
    if (frame.index >= count) return;
    yield frame;
  }
}

/** The packages named and those of ours that they need. */
function closure(names: readonly string[], all: readonly Package[]): Package[] {
  const found = new Set<Package>();
  const visit = (name: string): void => {
    const pkg = all.find(({ manifest }) => manifest.name === name);
    if (pkg === undefined || found.has(pkg)) return;
    found.add(pkg);
    for (const other of Object.keys({ ...pkg.manifest.dependencies, ...pkg.manifest.peerDependencies })) visit(other);
  };
  for (const name of names) visit(`@verilens/${name}`);
  return [...found];
}

/** A library that a tool of ours brings along. */
function toolOf(owner: string, name: string): unknown {
  return createRequire(createRequire(import.meta.url).resolve(`${owner}/package.json`))(name);
}

/** Bare names to files, for a page that is served from the project's folder. */
function importMap(): Record<string, string> {
  const imports: Record<string, string> = {
    'onnxruntime-common': './node_modules/onnxruntime-common/dist/esm/index.js',
    'onnxruntime-web/wasm': './node_modules/onnxruntime-web/dist/ort.wasm.bundle.min.mjs',
    'onnxruntime-web/webgpu': './node_modules/onnxruntime-web/dist/ort.webgpu.bundle.min.mjs',
    mediabunny: './node_modules/mediabunny/dist/bundles/mediabunny.mjs',
    'pure-rand/generator/xoroshiro128plus': './node_modules/pure-rand/lib/esm/generator/xoroshiro128plus.js',
    tsyringe: './vendor/tsyringe.js',
    'reflect-metadata': './vendor/reflect-metadata.js',
  };
  for (const name of ['core', 'runtime-wasm', 'media', 'faces', 'vision', 'nn', 'data', 'metrics', 'plugin-stdt']) {
    const folder = join(app, 'node_modules/@verilens', name);
    if (!existsSync(folder)) continue;
    const { exports } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')) as { exports: Record<string, Conditions | string> };
    for (const [subpath, target] of Object.entries(exports)) {
      const file = typeof target === 'string' ? target : (target.browser?.default ?? target.default);
      if (file?.endsWith('.js')) imports[`@verilens/${name}${subpath.slice(1)}`] = `./node_modules/@verilens/${name}/${file.slice(2)}`;
    }
  }
  return imports;
}

/** Just enough of esbuild, which comes with tsx. */
interface Esbuild {
  build(options: Readonly<Record<string, unknown>>): Promise<unknown>;
}

interface Conditions {
  readonly browser?: { readonly default?: string };
  readonly default?: string;
}
