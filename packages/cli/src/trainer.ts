import { presetNamed, type Trainer, VerilensError } from '@verilens/core';
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

/** @throws VerilensError UNSUPPORTED when nothing is trained beforehand, UNKNOWN_NAME with the presets there are */
export function checkPreset({ trainer, role }: { readonly trainer: Trainer; readonly role: string }, preset: string, name: string): void {
  if (trainer.presets.length > 0) {
    presetNamed(trainer.presets, preset, name);
    return;
  }
  throw new VerilensError('UNSUPPORTED', 'nothing of this plugin is trained beforehand', {
    place: name,
    remedy:
      role === 'incremental-learner'
        ? 'It learns from your own pictures, session after session: "verilens learn".'
        : 'Run "verilens plugins" to see which have presets.',
  });
}
