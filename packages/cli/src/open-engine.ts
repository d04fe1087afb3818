import { createEngine, type Engine } from '@verilens/core';
import { fallbackNote } from './fallback-note.ts';
import type { DeviceName } from './options.ts';
import type { CliEnvironment } from './run.ts';
import type { InstalledPlugin } from './toolkit.ts';

/** An engine with the chosen plugins, media and faces, on the chosen device. */
export async function openEngine(
  chosen: readonly InstalledPlugin[],
  options: { readonly device: DeviceName; readonly threads?: number },
  { toolkit, terminal, signal }: CliEnvironment,
): Promise<Engine> {
  const plugins = await Promise.all(chosen.map((plugin) => plugin.load()));
  return createEngine({
    runtime: () => toolkit.runtime({ device: options.device, threads: options.threads, onFallback: fallbackNote(terminal) }),
    plugins,
    services: await toolkit.services(),
    signal,
  });
}
