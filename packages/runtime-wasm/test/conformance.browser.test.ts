import { runtimeConformance } from '@verilens/testing';
import { describe, it } from 'vitest';
import { wasm } from '../src/index.ts';

describe('wasm in a page', () => {
  for (const { name, run } of runtimeConformance(() => wasm({ device: 'wasm', threads: 2 }), { hugeRun: false })) it(`${name}`, run);
});

describe('webgpu in a page', () => {
  for (const { name, run } of runtimeConformance(() => wasm({ device: 'webgpu' }), { tolerance: 1e-3, hugeRun: false })) it(`${name}`, run);
});
