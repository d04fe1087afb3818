import type { Runtime } from '@verilens/core';

/** Which family of kernels a graph is written for: lowerings differ where measurements or device faults ask for it. */
export type Target = 'native' | 'wasm' | 'webgpu';

/** The target that suits a runtime's device. */
export function targetOf(runtime: Pick<Runtime, 'device'>): Target {
  if (runtime.device === 'webgpu') return 'webgpu';
  return runtime.device === 'wasm' ? 'wasm' : 'native';
}
