import { execFile } from 'node:child_process';
import { cpSync, existsSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { build } from 'vite';
import webpack from 'webpack';
import { root } from '../../scripts/workspace.ts';
import { pageFolder, toolOf } from './fresh-project.ts';

/**
 * The bundlers that docs/browser.md names, each as it comes or with just the settings named there. Each bundles
 * `program`, a file of the project, and gives the folder to be served.
 */
export interface Bundling {
  /** The fresh project. */
  readonly app: string;
  /** A module in the project's folder. */
  readonly program: string;
}

export async function bundleWithVite({ app, program }: Bundling): Promise<string> {
  const folder = pageFolder(app, 'vite', `<script type="module" src="./${program}"></script>`);
  cpSync(join(app, program), join(folder, program));
  await build({ root: folder, configFile: false, logLevel: 'silent' });
  return join(folder, 'dist');
}

/** Unminified, because minifying a video library takes half a minute. */
export async function bundleWithWebpack({ app, program }: Bundling): Promise<string> {
  const folder = pageFolder(app, 'webpack', '<script src="main.js"></script>');
  await new Promise<void>((resolve, reject) => {
    webpack(
      { mode: 'production', context: app, entry: `./${program}`, output: { path: folder }, optimization: { minimize: false } },
      (error, stats) => {
        if (error === null && stats?.hasErrors() === false) resolve();
        else reject(error ?? new Error(stats?.toString({ all: false, errors: true })));
      },
    );
  });
  return folder;
}

/** Next.js is 320 MB: it is no development dependency, but used where `npm install` was run in this folder, as `.ci/run` does. */
const nextProject = join(root, 'test', 'next');
export const nextInstalled: boolean = existsSync(join(nextProject, 'node_modules', 'next', 'package.json'));

/** @param bundler that Next.js builds with; Turbopack is what it takes if not told */
export async function bundleWithNext({ app, program }: Bundling, bundler: 'turbopack' | 'webpack'): Promise<string> {
  const folder = join(app, `next-${bundler}`);
  cpSync(nextProject, folder, { recursive: true, filter: (path) => !path.includes('node_modules') });
  cpSync(join(app, program), join(folder, 'app', program));
  for (const name of ['next', 'react', 'react-dom'] as const) {
    const link = join(app, 'node_modules', name);
    if (!existsSync(link)) symlinkSync(join(nextProject, 'node_modules', name), link, 'junction');
  }
  await promisify(execFile)(process.execPath, [join(app, 'node_modules/next/dist/bin/next'), 'build', `--${bundler}`], {
    cwd: folder,
    env: { ...process.env, NEXT_TELEMETRY_DISABLED: '1' },
  });
  return join(folder, 'out');
}

/** esbuild follows no addresses: weights and WASM are copied to where the code looks for them. */
export async function bundleWithEsbuild({ app, program }: Bundling): Promise<string> {
  const folder = pageFolder(app, 'esbuild', `<script type="module" src="./js/${program}"></script>`);
  const esbuild = toolOf<Esbuild>('tsx', 'esbuild');
  const settings = { bundle: true, splitting: true, format: 'esm', target: 'es2022', logLevel: 'error' };
  await esbuild.build({ ...settings, entryPoints: [join(app, program)], outdir: join(folder, 'js') });
  for (const name of ['faces', 'plugin-stdt'])
    cpSync(join(app, 'node_modules/@verilens', name, 'models'), join(folder, 'models'), { recursive: true });
  const wasm = 'ort-wasm-simd-threaded.wasm';
  cpSync(join(app, 'node_modules/onnxruntime-web/dist', wasm), join(folder, 'js', wasm));
  return folder;
}

/** ES modules of two libraries that are published in forms no browser reads, below `vendor/`. */
export async function bundleForImportMap(app: string): Promise<void> {
  const esbuild = toolOf<Esbuild>('tsx', 'esbuild');
  for (const name of ['tsyringe', 'reflect-metadata']) {
    const stdin = { contents: `export * from '${name}';`, resolveDir: app };
    await esbuild.build({ stdin, bundle: true, format: 'esm', outfile: join(app, 'vendor', `${name}.js`), logLevel: 'error' });
  }
}

/** Just enough of esbuild, which comes with tsx. */
interface Esbuild {
  build(options: Readonly<Record<string, unknown>>): Promise<unknown>;
}
