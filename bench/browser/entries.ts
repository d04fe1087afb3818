/** Programs of a page, by what they do; each with the runtime for browsers. */
export const ENTRIES: Readonly<Record<string, string>> = {
  'core, runtime-wasm, plugin-stdt': program('stdt', 'plugin-stdt', 'createEngine({ runtime, plugins: [stdt()] })'),
  'the same with media and faces (the ten lines)': `import { faces } from '@verilens/faces';
import { media } from '@verilens/media';
${program('stdt', 'plugin-stdt', 'createEngine({ runtime, plugins: [stdt()], services: [media(), faces()] })')}`,
  'core, runtime-wasm, plugin-f2c': program('f2c', 'plugin-f2c', 'createEngine({ runtime, plugins: [f2c()] })'),
  'core, runtime-wasm, plugin-channel-distillation': program(
    'channelDistillation',
    'plugin-channel-distillation',
    'createEngine({ runtime, plugins: [channelDistillation()] })',
  ),
  'core, runtime-wasm, plugin-cd2 (trains)': program('cd2', 'plugin-cd2', 'createEngine({ runtime, plugins: [cd2()] })'),
};

/** Those of one detector, for which there is a bar. */
export const DETECTORS: ReadonlySet<string> = new Set(['core, runtime-wasm, plugin-stdt', 'core, runtime-wasm, plugin-f2c']);

function program(factory: string, name: string, make: string): string {
  return `import { createEngine } from '@verilens/core';
import { wasm } from '@verilens/runtime-wasm';
import { ${factory} } from '@verilens/${name}';
globalThis.open = async () => { const runtime = await wasm(); return ${make}; };
`;
}
