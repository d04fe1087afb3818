import { join } from 'node:path';
import type { InlineConfig } from 'tsdown';
import { readManifest, sourceOf } from './workspace.ts';

/**
 * The one build recipe of all packages. Every entry named under the source condition in a package's `exports` is
 * published. Files are kept one to one (`unbundle`), so that `new URL('../models/x.onnx', import.meta.url)` means the
 * same in `dist/` as in `src/`, and a bundler can drop what its user does not call. Dependencies stay imports.
 */
export function packageBuild(folder: string): InlineConfig {
  const targets = Object.values(readManifest(folder).exports ?? {});
  const sources = targets.flatMap((target) => [sourceOf(target), sourceOf(target, ['browser'])]);
  const entry = [...new Set(sources.filter((source) => source !== undefined))];
  return {
    cwd: folder,
    entry,
    root: join(folder, 'src'),
    format: 'esm',
    // Neutral: which environment it is, is decided by the runtime package a user picks, never by the build.
    platform: 'neutral',
    target: 'es2023',
    unbundle: true,
    // Modules of Node are reached by dynamic import, or by entries made for Node; they are there or they are not.
    deps: { neverBundle: [/^node:/] },
    dts: true,
    fixedExtension: false,
    outExtensions: () => ({ js: '.js', dts: '.d.ts' }),
    clean: true,
    logLevel: 'warn',
    failOnWarn: true,
    // On a busy machine this one is about the machine.
    checks: { pluginTimings: false },
  };
}
