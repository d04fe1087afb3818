import { VerilensError } from './errors.ts';
import { didYouMean } from './nearest.ts';
import type { Plugin, Role } from './plugin.ts';

/** The contract version this core speaks. */
export const API_VERSION = 1 as const;

/** `package.json` keyword of every plugin package. */
export const PLUGIN_KEYWORD = 'verilens-plugin' as const;

export const ROLES: readonly Role[] = [
  'detector',
  'recognizer',
  'explainer',
  'tracker',
  'incremental-learner',
  'anonymizer',
  'synthesizer',
  'grounder',
];

/** The `verilens` block of a plugin's `package.json`: enough to list it without importing its code. */
export interface PluginManifest {
  readonly apiVersion: 1;
  /** The method's short name: lower-case letters, digits and dashes. */
  readonly name: string;
  readonly role: Role;
  /** Name of the exported function that makes the plugin. */
  readonly factory: string;
  /** For methods that judge with a model of the user's: the factory's option that takes its folder, which `--model` gives beside `name`. */
  readonly model?: string;
}

/** The parts of a `package.json` that discovery reads. */
export interface PluginPackage {
  readonly packageName: string;
  readonly version: string;
  readonly description: string;
  readonly manifest: PluginManifest;
}

/** Whether a parsed `package.json` claims to be a plugin: by keyword or by a `verilens` block. */
export function claimsToBePlugin(json: unknown): boolean {
  if (!isRecord(json)) return false;
  return (Array.isArray(json['keywords']) && json['keywords'].includes(PLUGIN_KEYWORD)) || isRecord(json['verilens']);
}

/**
 * Reads a parsed `package.json` as that of a plugin.
 *
 * @param file Path or name of the file, for errors.
 * @throws VerilensError BAD_PLUGIN naming the field; UNSUPPORTED for another `apiVersion`
 */
export function parsePluginPackage(json: unknown, file: string): PluginPackage {
  if (!isRecord(json)) throw bad(file, 'the file', 'a JSON object', json);
  const packageName = json['name'];
  if (typeof packageName !== 'string' || packageName === '') throw bad(file, '"name"', 'a package name', packageName);
  const keywords = json['keywords'];
  if (!Array.isArray(keywords) || !keywords.includes(PLUGIN_KEYWORD)) {
    throw bad(file, '"keywords"', `an array with "${PLUGIN_KEYWORD}"`, keywords);
  }
  return {
    packageName,
    version: typeof json['version'] === 'string' ? json['version'] : '0.0.0',
    description: typeof json['description'] === 'string' ? json['description'] : '',
    manifest: parseManifest(json['verilens'], file),
  };
}

/** @throws VerilensError BAD_PLUGIN naming file and field; UNSUPPORTED for another `apiVersion` */
export function parseManifest(block: unknown, file: string): PluginManifest {
  if (!isRecord(block)) throw bad(file, '"verilens"', '{ "apiVersion": 1, "name", "role", "factory" }', block);
  const { apiVersion, name, role, factory, model } = block;
  if (!Number.isInteger(apiVersion)) throw bad(file, '"verilens.apiVersion"', 'a whole number', apiVersion);
  if (apiVersion !== API_VERSION) {
    const newer = (apiVersion as number) > API_VERSION;
    throw new VerilensError('UNSUPPORTED', `the plugin speaks apiVersion ${apiVersion as number}, this core speaks ${API_VERSION}`, {
      place: file,
      remedy: newer ? 'Update @verilens/core, or install an older version of the plugin.' : 'Install a newer version of the plugin.',
    });
  }
  if (typeof name !== 'string' || !/^[a-z0-9]+(-[a-z0-9]+)*$/.test(name)) {
    throw bad(file, '"verilens.name"', 'lower-case letters, digits and single dashes', name);
  }
  if (typeof role !== 'string' || !(ROLES as readonly string[]).includes(role)) {
    const hint = typeof role === 'string' ? didYouMean(role, ROLES) : undefined;
    throw bad(file, '"verilens.role"', 'one of the roles', role, hint);
  }
  if (!isIdentifier(factory)) throw bad(file, '"verilens.factory"', 'the name of an exported function', factory);
  if (model !== undefined && !isIdentifier(model)) throw bad(file, '"verilens.model"', 'the name of an option of the factory', model);
  return { apiVersion: API_VERSION, name, role: role as Role, factory, ...(model === undefined ? {} : { model }) };
}

/**
 * Checks what a factory returned.
 *
 * @param manifest When given, name and role must be the manifest's.
 * @throws VerilensError BAD_PLUGIN, UNSUPPORTED
 */
export function checkPlugin(value: unknown, place: string, manifest?: PluginManifest): Plugin {
  if (!isRecord(value)) throw bad(place, 'the plugin', 'an object with name, role, apiVersion and create', value);
  parseManifest({ apiVersion: value['apiVersion'], name: value['name'], role: value['role'], factory: 'plugin' }, place);
  if (typeof value['create'] !== 'function') throw bad(place, '"create"', 'a function', value['create']);
  for (const field of ['name', 'role'] as const) {
    if (manifest !== undefined && value[field] !== manifest[field]) {
      throw bad(place, `"${field}" of the plugin`, `"${manifest[field]}" as its manifest says`, value[field]);
    }
  }
  return value as unknown as Plugin;
}

function isIdentifier(value: unknown): value is string {
  return typeof value === 'string' && /^[A-Za-z_$][\w$]*$/.test(value);
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function bad(place: string, field: string, expected: string, got: unknown, remedy?: string): VerilensError {
  return new VerilensError('BAD_PLUGIN', `${field} is not usable`, { place, expected, got: shown(got), remedy });
}

function shown(value: unknown): string {
  if (value === undefined) return 'nothing';
  const text = typeof value === 'function' ? 'a function' : (JSON.stringify(value) ?? typeof value);
  return text.length > 80 ? `${text.slice(0, 77)}...` : text;
}
