import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { defineConfig, type UserConfig } from 'tsdown';

/** The one build recipe: every entry named under the source condition in a package's `exports` becomes a published file. */
export function packageBuild(folder: string): UserConfig {
  const manifest = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')) as {
    exports: Record<string, string | { '@verilens/source'?: string }>;
    bin?: Record<string, string>;
  };
  const entry = Object.values(manifest.exports)
    .map((target) => (typeof target === 'string' ? undefined : target['@verilens/source']))
    .filter((source): source is string => source !== undefined && existsSync(join(folder, source)));
  return defineConfig({
    entry,
    format: 'esm',
    platform: 'neutral',
    target: 'es2023',
    dts: true,
    outExtensions: () => ({ js: '.js', dts: '.d.ts' }),
    clean: true,
  }) as UserConfig;
}
