import { discoverPlugins } from '@verilens/core/node';
import { dirname } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Toolkit } from './toolkit.ts';

/** Plugins of the project the command runs in, then those installed beside the command itself. */
export async function findInstalledPlugins(folder: string): ReturnType<Toolkit['plugins']> {
  const here = dirname(fileURLToPath(import.meta.url));
  const [own, beside] = await Promise.all([discoverPlugins({ from: folder }), discoverPlugins({ from: here })]);
  const names = new Set(own.plugins.map((plugin) => plugin.name));
  const places = new Set(own.problems.map((problem) => problem.file));
  return {
    plugins: [...own.plugins, ...beside.plugins.filter((plugin) => !names.has(plugin.name))],
    problems: [...own.problems, ...beside.problems.filter((problem) => !places.has(problem.file))].map(({ file, error }) => ({
      place: file,
      error,
    })),
  };
}
