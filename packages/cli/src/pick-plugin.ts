import { nearestName, VerilensError } from '@verilens/core';
import type { InstalledPlugin, Toolkit } from './toolkit.ts';

/** @throws VerilensError UNKNOWN_NAME with what is installed and the nearest name */
export async function pickPlugin(name: string, toolkit: Toolkit, folder: string): Promise<InstalledPlugin> {
  const { plugins, problems } = await toolkit.plugins(folder);
  const found = plugins.find((plugin) => plugin.name === name);
  if (found) return found;
  const names = plugins.map((plugin) => plugin.name);
  throw unknownPlugin(name, names, problems.length);
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
