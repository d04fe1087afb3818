import { existsSync } from 'node:fs';
import type { Runtime } from '@verilens/core';
import { native } from '@verilens/runtime-native';
import { wasm } from '@verilens/runtime-wasm';

/** Debian chromium's software Vulkan driver, used when no other is named. */
process.env['VK_DRIVER_FILES'] ??= '/usr/lib/chromium/vk_swiftshader_icd.json';

export interface TestDevice {
  readonly name: string;
  readonly open: () => Promise<Runtime>;
  /** Why it cannot be tested here. */
  readonly skip?: string;
  /** Only the most telling tests run there. */
  readonly slow: boolean;
}

/** Where graphs are tried. */
export const devices: readonly TestDevice[] = [
  { name: 'native CPU', open: () => native({ device: 'cpu', threads: 1 }), slow: false },
  { name: 'WASM', open: () => wasm({ device: 'wasm', threads: 1 }), slow: false },
  {
    name: 'native WebGPU',
    // every node of our graphs must run on the device itself
    open: () => native({ device: 'webgpu', threads: 1, cpuFallback: false }),
    slow: true,
    ...(existsSync(process.env['VK_DRIVER_FILES']) ? {} : { skip: 'no Vulkan driver' }),
  },
];
