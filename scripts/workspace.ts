import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The root folder of the workspace. */
export const root: string = dirname(dirname(fileURLToPath(import.meta.url)));

/** A target of `exports`: a file, or conditions that may be nested (`browser` first, where there is an entry for pages). */
export type ExportTarget = string | { readonly [condition: string]: ExportTarget };

/** The parts of a package.json that the scripts and the tests across packages look at. */
export interface Manifest {
  name: string;
  version: string;
  private?: boolean;
  license?: string;
  sideEffects?: boolean;
  packageManager?: string;
  files?: string[];
  keywords?: string[];
  exports?: Record<string, ExportTarget>;
  publishConfig?: { access?: string; exports?: Record<string, ExportTarget> };
  bin?: Record<string, string>;
  dependencies?: Record<string, string>;
  devDependencies?: Record<string, string>;
  peerDependencies?: Record<string, string>;
  peerDependenciesMeta?: Record<string, { optional?: boolean }>;
}

export interface Package {
  /** Name without the scope, e.g. `core`, `plugin-stdt`. */
  readonly short: string;
  readonly folder: string;
  readonly manifest: Manifest;
}

/** The packages that are published: `packages/*` and `packages/plugins/*`, in alphabetical order of their names. */
export function publishedPackages(): Package[] {
  const folders = ['packages', 'packages/plugins'].flatMap((parent) =>
    readdirSync(join(root, parent))
      .map((name) => join(root, parent, name))
      .filter((folder) => existsSync(join(folder, 'package.json'))),
  );
  return folders
    .map((folder) => {
      const manifest = readManifest(folder);
      return { short: manifest.name.replace('@verilens/', ''), folder, manifest };
    })
    .filter(({ manifest }) => manifest.private !== true)
    .sort((a, b) => a.short.localeCompare(b.short));
}

/** The source file that `target` means under the source condition and `conditions` (none: in Node). */
export function sourceOf(target: ExportTarget | undefined, conditions: readonly string[] = []): string | undefined {
  if (target === undefined || typeof target === 'string') return undefined;
  for (const [condition, next] of Object.entries(target)) {
    if (condition === '@verilens/source') return next as string;
    if (conditions.includes(condition)) return sourceOf(next, conditions);
  }
  return undefined;
}

export function readManifest(folder: string): Manifest {
  return JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')) as Manifest;
}

/** Every file below `folder` whose name ends in `extension`, dependencies and build output left out. */
export function filesBelow(folder: string, extension: string): string[] {
  if (!existsSync(folder)) return [];
  return readdirSync(folder, { withFileTypes: true, recursive: true })
    .filter((entry) => entry.isFile() && entry.name.endsWith(extension))
    .map((entry) => join(entry.parentPath, entry.name))
    .filter((file) => !/[\\/](node_modules|dist|out)[\\/]/.test(file))
    .sort();
}
