import { runtimeConformance } from '@verilens/testing';
import { describe, it } from 'vitest';
import { wasm } from '../src/index.ts';

describe('wasm in Node', () => {
  for (const { name, run } of runtimeConformance(() => wasm({ threads: 2 }))) it(`${name}`, run);
});
