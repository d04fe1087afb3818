import { type Engine, type Recognizer, VerilensError } from '@verilens/core';
import { openEngine } from './open-engine.ts';
import type { DeviceName } from './options.ts';
import { unknownPlugin } from './pick-plugin.ts';
import { withOptions } from './plugin-options.ts';
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
  const engine = await openEngine([await withOptions(chosen, choice.options, folder)], choice, environment);
  return { engine, recognizer: engine.get('recognizer', chosen.name), [Symbol.asyncDispose]: () => engine.dispose() };
}
