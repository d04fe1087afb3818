import { type Trainer, VerilensError } from '@verilens/core';
import { pickPlugin } from './pick-plugin.ts';
import type { CliEnvironment } from './run.ts';

/** @throws VerilensError UNKNOWN_NAME, UNSUPPORTED when the plugin does not train */
export async function openTrainer(
  name: string,
  { toolkit, folder }: CliEnvironment,
): Promise<{ readonly trainer: Trainer; readonly role: string }> {
  const plugin = await (await pickPlugin(name, toolkit, folder)).load();
  if (plugin.trainer !== undefined) return { trainer: await plugin.trainer(), role: plugin.role };
  throw new VerilensError('UNSUPPORTED', 'this plugin has nothing to train', {
    place: name,
    remedy: 'Run "verilens plugins" to see which have presets.',
  });
}
