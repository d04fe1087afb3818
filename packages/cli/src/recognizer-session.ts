import { type Engine, type Recognizer, VerilensError } from '@verilens/core';
import { readFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { openEngine } from './open-engine.ts';
import type { DeviceName } from './options.ts';
import { unknownPlugin } from './pick-plugin.ts';
import type { CliEnvironment } from './run.ts';

export interface RecognizerChoice {
  readonly plugin?: string;
  /** JSON file given to the plugin's factory. */
  readonly options?: string;
  readonly device: DeviceName;
  readonly threads?: number;
}

/** An engine with one recognizer. */
export interface RecognizerSession extends AsyncDisposable {
  readonly engine: Engine;
  readonly recognizer: Recognizer;
}

/** @throws VerilensError UNKNOWN_NAME when none, or several and none named, are installed; BAD_INPUT for options that are no JSON */
export async function openRecognizer(choice: RecognizerChoice, environment: CliEnvironment): Promise<RecognizerSession> {
  const { toolkit, folder } = environment;
  const { plugins, problems } = await toolkit.plugins(folder);
  const found = plugins.filter(({ role }) => role === 'recognizer');
  const names = found.map(({ name }) => name);
  const chosen = choice.plugin === undefined && found.length === 1 ? found[0] : found.find(({ name }) => name === choice.plugin);
  if (chosen === undefined) {
    if (choice.plugin !== undefined) throw unknownPlugin(choice.plugin, names, problems.length);
    throw new VerilensError('UNKNOWN_NAME', names.length === 0 ? 'no recognizer is installed here' : 'there are several recognizers', {
      place: 'plugins',
      got: names.length === 0 ? undefined : names.join(', '),
      remedy:
        names.length === 0
          ? 'Install one where you run this command, e.g. npm install @verilens/plugin-face-embedding.'
          : 'Name one with --plugin.',
    });
  }
  const given = choice.options === undefined ? undefined : await readOptions(resolve(folder, choice.options));
  const engine = await openEngine([{ ...chosen, load: () => chosen.load(given) }], choice, environment);
  return { engine, recognizer: engine.get('recognizer', chosen.name), [Symbol.asyncDispose]: () => engine.dispose() };
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
