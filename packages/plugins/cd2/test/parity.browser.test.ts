import { wasm } from '@verilens/runtime-wasm';
import { expect, it } from 'vitest';
import reference from './parity-learner.json' with { type: 'json' };
import { bytesOf, farthest, parityOf, TOLERANCE } from './parity-learner.ts';

it.each(['wasm', 'webgpu'] as const)('%s in a page goes on from a file of native CPU', { timeout: 180_000 }, async (device) => {
  await using runtime = await wasm({ device, threads: 1 });
  const { scores, after } = await parityOf(runtime, bytesOf(reference));
  expect(farthest(scores, reference)).toBeLessThan(TOLERANCE[device]);
  expect(after).toEqual(reference.after);
});
