import { wasm } from '@verilens/runtime-wasm';
import { expect, it } from 'vitest';
import reference from './parity-reference.json' with { type: 'json' };
import { parityScores, TOLERANCE } from './parity-scores.ts';

it.each(['wasm', 'webgpu'] as const)('%s in a page gives the scores of native CPU', { timeout: 180_000 }, async (device) => {
  const found = await parityScores(await wasm({ device, threads: 1 }));
  expect(found).toHaveLength(reference.scores.length);
  reference.scores.forEach((score, i) => expect(Math.abs(found[i]! - score)).toBeLessThan(TOLERANCE[device]));
});
