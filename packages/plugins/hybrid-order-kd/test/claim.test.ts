import { native } from '@verilens/runtime-native';
import { describe, expect, it } from 'vitest';
import { runSeed } from '../src/evidence-runs.ts';
import type { HybridRecipe } from '../src/recipe.ts';
import { derangement } from '../src/train-stream.ts';
import { drawnSet } from './drawn.ts';
import { TINY } from './tiny-recipe.ts';

/** Long enough for relations to carry over to classes left out. */
const MINIATURE: HybridRecipe = {
  ...TINY,
  pictures: 16,
  kept: 16,
  teacher: { epochs: 20, batchSize: 16, learningRate: 0.05 },
  assistant: { epochs: 8, batchSize: 16, learningRate: 0.05 },
  student: { epochs: 25, batchSize: 16, learningRate: 0.05 },
};

describe('the claim in miniature', () => {
  it('order 2 brings distances among classes left out nearer to the teacher’s; permuted guides do not', { timeout: 120_000 }, async () => {
    await using runtime = await native({ device: 'cpu', threads: 1 });
    const sum = { labels: 0, pair: 0, permuted: 0 };
    // with two classes left out one seed alone may go either way
    for (const seed of [0, 1, 2]) {
      const { students } = await runSeed(drawnSet(48), MINIATURE, seed, ['labels', 'pair', 'permuted'], { runtime });
      for (const name of ['labels', 'pair', 'permuted'] as const) sum[name] += students[name]!['pair']!;
    }
    expect(sum.pair).toBeLessThan(sum.labels);
    expect(sum.pair).toBeLessThan(0.8 * sum.permuted);
  });

  it('a permuted guide never belongs to its picture', () => {
    const places = Int32Array.of(5, 9, 2, 7, 1);
    for (let step = 0; step < 50; step++) {
      const moved = derangement(places, 0, step);
      expect([...moved].sort()).toEqual([...places].sort());
      expect(moved.some((place, i) => place === places[i])).toBe(false);
    }
  });
});
