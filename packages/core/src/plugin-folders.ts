import { readFile, realpath } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';

/** A `package.json` that discovery looks at. */
export interface PackageFile {
  /** Absolute path of the `package.json`, links resolved. */
  readonly file: string;
  readonly folder: string;
}

export interface FoundPackages {
  /** Nearest first; each real folder once. */
  readonly packages: readonly PackageFile[];
  /** Names in the project's own dependency lists, nearest project first. */
  readonly declared: readonly { readonly name: string; readonly file: string }[];
}

/**
 * Every installed package a project at `from` can see: those of its workspace, and those of each `node_modules` from
 * there up to the file system's root, scoped packages and links (pnpm) included. Reads no file but package lists.
 */
export async function findPackages(from: string): Promise<FoundPackages> {
  const { default: glob } = await import('fast-glob');
  const seen = new Set<string>();
  const packages: PackageFile[] = [];
  const declared: { name: string; file: string }[] = [];
  let workspaceFound = false;

  async function add(patterns: readonly string[], cwd: string, ignore: readonly string[]): Promise<void> {
    const files = await glob([...patterns], {
      cwd,
      ignore: [...ignore],
      absolute: true,
      followSymbolicLinks: true,
      suppressErrors: true,
      unique: true,
    });
    for (const found of files.sort()) {
      const file = await realpath(found).catch(() => found);
      if (seen.has(file)) continue;
      seen.add(file);
      packages.push({ file, folder: dirname(file) });
    }
  }

  for (const folder of upwards(resolve(from))) {
    const own = await readJson(join(folder, 'package.json'));
    if (own !== undefined) {
      for (const list of ['dependencies', 'devDependencies', 'optionalDependencies']) {
        for (const name of Object.keys(recordOf(own[list]))) declared.push({ name, file: join(folder, 'package.json') });
      }
    }
    if (!workspaceFound) {
      const patterns = await workspacePatterns(folder, own);
      if (patterns.length > 0) {
        workspaceFound = true;
        const [wanted, unwanted] = [
          patterns.filter((pattern) => !pattern.startsWith('!')),
          patterns.filter((pattern) => pattern.startsWith('!')),
        ];
        await add(wanted.map(packageJsonOf), folder, ['**/node_modules/**', ...unwanted.map((pattern) => packageJsonOf(pattern.slice(1)))]);
      }
    }
    // Two patterns of fixed depth: a recursive one would follow pnpm's links in circles.
    await add(['node_modules/*/package.json', 'node_modules/@*/*/package.json'], folder, []);
  }
  return { packages, declared };
}

/** Workspace folders as pnpm, or npm and yarn, write them down. */
async function workspacePatterns(folder: string, own: Readonly<Record<string, unknown>> | undefined): Promise<readonly string[]> {
  const yaml = await readFile(join(folder, 'pnpm-workspace.yaml'), 'utf8').catch(() => undefined);
  if (yaml !== undefined) return parsePnpmPackages(yaml);
  const workspaces = own?.['workspaces'];
  const list = Array.isArray(workspaces) ? workspaces : recordOf(workspaces)['packages'];
  return Array.isArray(list) ? list.filter((pattern): pattern is string => typeof pattern === 'string') : [];
}

/** The `packages:` list of a `pnpm-workspace.yaml`, in block or flow style: the one part of YAML that is needed here. */
export function parsePnpmPackages(yaml: string): readonly string[] {
  const lines = yaml.split(/\r?\n/).map((line) => line.replace(/(^|\s)#.*$/, '').trimEnd());
  const start = lines.findIndex((line) => /^packages:/.test(line));
  if (start === -1) return [];
  const flow = /^packages:\s*\[(.*)\]$/.exec(lines[start]!)?.[1];
  if (flow !== undefined)
    return flow
      .split(',')
      .map(unquote)
      .filter((pattern) => pattern !== '');
  const patterns: string[] = [];
  for (const line of lines.slice(start + 1)) {
    if (line === '') continue;
    const item = /^\s*-\s+(.*)$/.exec(line)?.[1];
    if (item === undefined) break;
    patterns.push(unquote(item));
  }
  return patterns;
}

function unquote(text: string): string {
  return text.trim().replace(/^(['"])(.*)\1$/, '$2');
}

function packageJsonOf(pattern: string): string {
  return `${pattern.replace(/^\.\//, '').replace(/\/+$/, '')}/package.json`;
}

function upwards(folder: string): readonly string[] {
  const parent = dirname(folder);
  return parent === folder ? [folder] : [folder, ...upwards(parent)];
}

async function readJson(file: string): Promise<Readonly<Record<string, unknown>> | undefined> {
  try {
    return recordOf(JSON.parse(await readFile(file, 'utf8')));
  } catch {
    return undefined;
  }
}

function recordOf(value: unknown): Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {};
}
