import type { Runtime } from '@verilens/core';

/** A family of kernels: lowerings differ where measurements or device faults ask for it. */
export type Family = 'native' | 'wasm' | 'webgpu';

/**
 * What a graph is written for. `native-nchwc<block>` is the CPU of a runtime whose blocked convolution was tried (its
 * `convolutionBlock`): faster, and of no use to any other.
 */
export type Target = Family | 'native-nchwc8' | 'native-nchwc16';

/** The target that suits a runtime's device. */
export function targetOf(runtime: Pick<Runtime, 'device' | 'convolutionBlock'>): Target {
  if (runtime.device === 'webgpu') return 'webgpu';
  if (runtime.device === 'wasm') return 'wasm';
  return runtime.device === 'cpu' && runtime.convolutionBlock !== undefined ? `native-nchwc${runtime.convolutionBlock}` : 'native';
}

export function familyOf(target: Target): Family {
  return target === 'wasm' || target === 'webgpu' ? target : 'native';
}

/** Channels per block of the blocked convolution, where the target has it. */
export function blockOf(target: Target): 8 | 16 | undefined {
  return target === 'native-nchwc8' ? 8 : target === 'native-nchwc16' ? 16 : undefined;
}
