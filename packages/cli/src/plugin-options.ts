import { VerilensError } from '@verilens/core';
import { readFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { UsageError } from './failure.ts';
import { modelPath } from './model-path.ts';
import type { CliEnvironment } from './run.ts';
import type { InstalledPlugin } from './toolkit.ts';

/** The plugin with its factory given the JSON of a file. @throws VerilensError NOT_FOUND, BAD_INPUT */
export async function withOptions(plugin: InstalledPlugin, file: string | undefined, folder: string): Promise<InstalledPlugin> {
  if (file === undefined) return plugin;
  const given = await readOptions(resolve(folder, file));
  return { ...plugin, load: (more) => plugin.load(more === undefined ? given : { ...(given as object), ...(more as object) }) };
}

export interface DetectorChoice {
  /** A folder or `hub:owner/name`, for the one detector that judges with a model of the user's. */
  readonly model?: string;
  /** Leave to fetch a hub model that is not here. */
  readonly download?: boolean;
  /** JSON file given to the factory of the one detector. */
  readonly options?: string;
}

/**
 * The detectors with what was chosen for them.
 * @throws UsageError when it cannot be told whom a choice is for; as `modelPath` and `withOptions`
 */
export async function withChoices(
  detectors: readonly InstalledPlugin[],
  choice: DetectorChoice,
  environment: CliEnvironment,
): Promise<readonly InstalledPlugin[]> {
  const takers = detectors.filter(({ manifest }) => manifest?.model !== undefined);
  if (choice.model !== undefined && takers.length !== 1)
    throw new UsageError(
      takers.length === 0
        ? `--model goes to a detector that judges with a model of yours, and ${detectors.map(({ name }) => name).join(', ')} does not.`
        : `--model could go to ${takers.map(({ name }) => name).join(' or ')}: name one with --plugin.`,
    );
  if (choice.options !== undefined && detectors.length !== 1)
    throw new UsageError('--options goes to one detector: name it with --plugin.');
  if (choice.download === true && choice.model === undefined) throw new UsageError('--download goes with --model.');
  const chosen = await Promise.all(detectors.map((plugin) => withOptions(plugin, choice.options, environment.folder)));
  if (choice.model === undefined) return chosen;
  const { path, name } = await modelPath(choice.model, choice.download === true, environment);
  return chosen.map((plugin) => {
    const option = plugin.manifest?.model;
    return option === undefined ? plugin : { ...plugin, load: () => plugin.load({ [option]: path, name }) };
  });
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
