import { VerilensError } from '@verilens/core';
import { readFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import type { InstalledPlugin } from './toolkit.ts';

/** The plugin with its factory given the JSON of a file. @throws VerilensError NOT_FOUND, BAD_INPUT */
export async function withOptions(plugin: InstalledPlugin, file: string | undefined, folder: string): Promise<InstalledPlugin> {
  if (file === undefined) return plugin;
  const given = await readOptions(resolve(folder, file));
  return { ...plugin, load: () => plugin.load(given) };
}

/** Paths in the file count from its own folder when they begin with a dot. */
async function readOptions(path: string): Promise<unknown> {
  const text = await readFile(path, 'utf8').catch((cause: unknown) => {
    throw new VerilensError('NOT_FOUND', 'the options cannot be read', { place: path, cause });
  });
  try {
    return JSON.parse(text, (_, value: unknown) =>
      typeof value === 'string' && /^\.\.?\//.test(value) ? resolve(path, '..', value) : value,
    );
  } catch (cause) {
    throw new VerilensError('BAD_INPUT', 'the options are no JSON', { place: path, got: (cause as Error).message, cause });
  }
}
