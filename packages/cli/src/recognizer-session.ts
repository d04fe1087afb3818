import type { Engine, Recognizer } from '@verilens/core';
import { openEngine } from './open-engine.ts';
import type { DeviceName } from './options.ts';
import { pickOfRole } from './pick-plugin.ts';
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
  const chosen = await pickOfRole('recognizer', choice.plugin, toolkit, folder);
  const engine = await openEngine([await withOptions(chosen, choice.options, folder)], choice, environment);
  return { engine, recognizer: engine.get('recognizer', chosen.name), [Symbol.asyncDispose]: () => engine.dispose() };
}
