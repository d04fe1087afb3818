import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

interface Conditions {
  readonly browser?: { readonly default?: string };
  readonly default?: string;
}

/** Bare names to files, for a page that is served from the project's folder without a build. */
export function importMap(app: string): Record<string, string> {
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
