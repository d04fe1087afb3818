import { readFile } from 'node:fs/promises';
import { pathToFileURL } from 'node:url';
import { entryPoint } from './entry-point.ts';
import { VerilensError } from './errors.ts';
import { checkPlugin, claimsToBePlugin, parsePluginPackage, type PluginManifest } from './manifest.ts';
import type { Plugin, Role } from './plugin.ts';
import { findPackages, type PackageFile } from './plugin-folders.ts';

/** An installed plugin, known from its `package.json` alone. */
export interface DiscoveredPlugin {
  /** The method's short name, e.g. `stdt`. */
  readonly name: string;
  readonly role: Role;
  readonly packageName: string;
  readonly version: string;
  readonly description: string;
  readonly manifest: PluginManifest;
  /** Absolute folder of the package. */
  readonly folder: string;
  /**
   * Imports the package, the first moment its code runs, and calls its factory.
   *
   * @param options What the factory takes; its defaults when left out.
   * @throws VerilensError BAD_PLUGIN when the code does not load or does not keep what the manifest says
   */
  load(options?: unknown): Promise<Plugin>;
}

export interface Discovery {
  /** By name. */
  readonly plugins: readonly DiscoveredPlugin[];
  /** Packages that claim to be plugins and cannot be used, each with the reason. */
  readonly problems: readonly { readonly file: string; readonly error: VerilensError }[];
}

export interface DiscoverOptions {
  /** Folder of the project: its workspace and its `node_modules`, and those of the folders above, are searched. */
  readonly from: string;
  readonly role?: Role;
}

/** Finds installed plugins by their `verilens-plugin` keyword and `verilens` block. No plugin code is imported. */
export async function discoverPlugins(options: DiscoverOptions): Promise<Discovery> {
  const { packages, declared } = await findPackages(options.from);
  const plugins = new Map<string, DiscoveredPlugin>();
  const problems: { file: string; error: VerilensError }[] = [];
  const seen = new Set<string>();
  for (const found of packages) {
    try {
      const json = await readPackage(found);
      if (json === undefined) continue;
      if (typeof json['name'] === 'string') {
        // The same package further up is another version that this project does not see.
        if (seen.has(json['name'])) continue;
        seen.add(json['name']);
      }
      const plugin = describePlugin(json, found);
      const other = plugins.get(plugin.name);
      if (other !== undefined) throw nameTaken(plugin, other, found.file);
      plugins.set(plugin.name, plugin);
    } catch (error) {
      problems.push({ file: found.file, error: error as VerilensError });
    }
  }
  const broken = new Set(problems.map(({ file }) => file));
  for (const { name, file } of declared) {
    if (!looksLikePlugin(name) || seen.has(name)) continue;
    seen.add(name);
    if (!broken.has(file)) problems.push({ file, error: notInstalled(name, file) });
  }
  const wanted = [...plugins.values()].filter(({ role }) => options.role === undefined || role === options.role);
  return { plugins: wanted.sort((a, b) => (a.name < b.name ? -1 : 1)), problems };
}

/** Parsed, when the package claims to be a plugin, by its manifest or its name. Broken JSON of other packages is not our business. */
async function readPackage({ file }: PackageFile): Promise<Readonly<Record<string, unknown>> | undefined> {
  const text = await readFile(file, 'utf8').catch(() => '');
  if (!text.includes('"verilens')) return undefined;
  let json: unknown;
  try {
    json = JSON.parse(text.replace(/^\uFEFF/, ''));
  } catch (cause) {
    throw new VerilensError('BAD_PLUGIN', 'package.json is not valid JSON', {
      place: file,
      got: (cause as Error).message,
      remedy: 'Reinstall the plugin.',
      cause,
    });
  }
  const name = (json as { readonly name?: unknown } | null)?.name;
  const claims = claimsToBePlugin(json) || (typeof name === 'string' && looksLikePlugin(name));
  return claims ? (json as Record<string, unknown>) : undefined;
}

function describePlugin(json: Readonly<Record<string, unknown>>, { file, folder }: PackageFile): DiscoveredPlugin {
  const parsed = parsePluginPackage(json, file);
  const { name, role } = parsed.manifest;
  return { name, role, ...parsed, folder, load: (options) => loadPlugin(json, parsed.packageName, parsed.manifest, folder, options) };
}

async function loadPlugin(
  json: Readonly<Record<string, unknown>>,
  packageName: string,
  manifest: PluginManifest,
  folder: string,
  options: unknown,
): Promise<Plugin> {
  const entry = await entryPoint(folder, json);
  if (entry === undefined) {
    throw new VerilensError('BAD_PLUGIN', 'the package has no entry file that exists', {
      place: packageName,
      remedy: 'Build it, or install it again.',
    });
  }
  let module: Record<string, unknown>;
  try {
    module = (await import(/* @vite-ignore */ pathToFileURL(entry).href)) as Record<string, unknown>;
  } catch (cause) {
    throw new VerilensError('BAD_PLUGIN', 'the plugin could not be imported', {
      place: packageName,
      got: (cause as Error)?.message ?? String(cause),
      cause,
    });
  }
  const factory = module[manifest.factory];
  if (typeof factory !== 'function') {
    throw new VerilensError('BAD_PLUGIN', `the package exports no function "${manifest.factory}"`, {
      place: packageName,
      expected: 'the factory its manifest names',
      got: `exports ${Object.keys(module).join(', ') || 'nothing'}`,
    });
  }
  const made: unknown = options === undefined ? factory() : factory(options);
  return checkPlugin(await made, packageName, manifest);
}

/** `verilens-plugin-x`, `@them/verilens-plugin-x`, `@verilens/plugin-x`. */
function looksLikePlugin(name: string): boolean {
  return /^(@[^/]+\/)?verilens-plugin-/.test(name) || name.startsWith('@verilens/plugin-');
}

function notInstalled(name: string, file: string): VerilensError {
  return new VerilensError('NOT_FOUND', `${name} is listed as a dependency and not installed`, {
    place: file,
    remedy: 'Install the dependencies of the project.',
  });
}

function nameTaken(plugin: DiscoveredPlugin, other: DiscoveredPlugin, file: string): VerilensError {
  return new VerilensError('DUPLICATE_NAME', `two packages offer a plugin "${plugin.name}"`, {
    place: file,
    got: `${other.packageName} and ${plugin.packageName}`,
    remedy: `${other.packageName} is used; remove one of the two.`,
  });
}
