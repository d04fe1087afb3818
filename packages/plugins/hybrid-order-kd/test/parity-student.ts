import type { Runtime } from '@verilens/core';
import { hybridOrderKd } from '../src/index.ts';
import { shapePicture } from './drawn.ts';

/**
 * Allowed absolute difference from native CPU (docs/architecture.md), of any number of a unit vector and of scores. The reference
 * is written by `UPDATE_PARITY=1 npm test -- packages/plugins/hybrid-order-kd/test/parity.test.ts`.
 */
export const TOLERANCE = { cpu: 1e-5, wasm: 1e-4, webgpu: 1e-3 } as const;

/** Embeddings and scores of drawn pictures by the shipped student. */
export async function numbersOf(runtime: Runtime): Promise<readonly number[]> {
  await using recognizer = await hybridOrderKd().create({ runtime });
  const found: number[] = [];
  for (const shape of [0, 1, 4]) {
    const image = shapePicture(shape, 5);
    found.push(...(await recognizer.embed(image)).vector);
    const { labels } = await recognizer.classify(image, { top: 14 });
    found.push(...recognizer.labels.map((name) => labels.find(({ label }) => label === name)!.score));
  }
  return found;
}

/** NaN for lists of unequal length. */
export function farthest(found: readonly number[], reference: readonly number[]): number {
  return found.length === reference.length ? Math.max(...found.map((value, i) => Math.abs(value - reference[i]!))) : NaN;
}
