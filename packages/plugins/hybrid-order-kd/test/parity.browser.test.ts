import { wasm } from '@verilens/runtime-wasm';
import { expect, it } from 'vitest';
import reference from './parity-student.json' with { type: 'json' };
import { farthest, numbersOf, TOLERANCE } from './parity-student.ts';

it.each(['wasm', 'webgpu'] as const)('%s in a page gives what native CPU gave', { timeout: 180_000 }, async (device) => {
  await using runtime = await wasm({ device, threads: 1 });
  expect(farthest(await numbersOf(runtime), reference.numbers)).toBeLessThan(TOLERANCE[device]);
});
