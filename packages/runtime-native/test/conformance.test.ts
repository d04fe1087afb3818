import { runtimeConformance } from '@verilens/testing';
import { describe, it } from 'vitest';
import { native } from '../src/index.ts';
import { hasSoftwareVulkan, useSoftwareVulkan } from './software-vulkan.ts';

// Before the first session of this process: the Vulkan loader reads it once.
useSoftwareVulkan();

describe('native on cpu', () => {
  for (const { name, run } of runtimeConformance(() => native({ device: 'cpu', threads: 1 }))) it(`${name}`, run);
});

describe.skipIf(!hasSoftwareVulkan)('native on webgpu', () => {
  for (const { name, run } of runtimeConformance(() => native({ device: 'webgpu', threads: 1 }), { tolerance: 1e-3 })) it(`${name}`, run);
});
