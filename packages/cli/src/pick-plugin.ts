import { nearestName, type Role, VerilensError } from '@verilens/core';
import type { InstalledPlugin, Toolkit } from './toolkit.ts';

/** @throws VerilensError UNKNOWN_NAME with what is installed and the nearest name */
export async function pickPlugin(name: string, toolkit: Toolkit, folder: string): Promise<InstalledPlugin> {
  const { plugins, problems } = await toolkit.plugins(folder);
  const found = plugins.find((plugin) => plugin.name === name);
  if (found) return found;
  const names = plugins.map((plugin) => plugin.name);
  throw unknownPlugin(name, names, problems.length);
}

/**
 * The installed plugin of a role: the one named, or the only one there is.
 * @throws VerilensError UNKNOWN_NAME when there is none, when several are there and none is named, or for an unknown name
 */
export async function pickOfRole(role: Role, name: string | undefined, toolkit: Toolkit, folder: string): Promise<InstalledPlugin> {
  const { plugins, problems } = await toolkit.plugins(folder);
  const fitting = plugins.filter((plugin) => plugin.role === role);
  const names = fitting.map((plugin) => plugin.name);
  if (name !== undefined) {
    const found = fitting.find((plugin) => plugin.name === name);
    if (found) return found;
    throw unknownPlugin(name, names, problems.length);
  }
  const [only, another] = fitting;
  if (only !== undefined && another === undefined) return only;
  throw new VerilensError('UNKNOWN_NAME', only === undefined ? `no ${role} is installed here` : `several plugins are a ${role}`, {
    place: 'plugins',
    expected: only === undefined ? `a plugin of the role ${role}` : `--plugin with one of ${names.join(', ')}`,
    remedy: only === undefined ? 'Install one where you run this command.' : 'Name one with --plugin.',
  });
}

export function unknownPlugin(name: string, names: readonly string[], problems: number): VerilensError {
  const nearest = nearestName(name, names);
  const broken = problems > 0 ? ' Some packages could not be read: see "verilens plugins".' : '';
  return new VerilensError('UNKNOWN_NAME', `no plugin is called "${name}"`, {
    place: 'plugins',
    expected: names.length > 0 ? `one of ${names.join(', ')}` : 'an installed plugin',
    remedy:
      (nearest !== undefined
        ? `Did you mean "${nearest}"?`
        : names.length > 0
          ? 'Run "verilens plugins" for what is installed.'
          : 'Install one where you run this command, e.g. npm install @verilens/plugin-stdt.') + broken,
  });
}
