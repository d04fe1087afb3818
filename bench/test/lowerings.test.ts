import { describe, expect, it } from 'vitest';
import { loweringsBench } from '../lowerings/lowerings-bench.ts';

describe('lowerings', () => {
  it("all ways to an op give the library's results, on both runtimes", async () => {
    const { rows } = await loweringsBench({
      rounds: { rounds: 1, blockMs: 1 },
      firstOnly: true,
      part: 8,
      threads: 1,
      say: () => undefined,
    });
    expect(new Set(rows.map(({ op }) => op)).size).toBe(rows.length / 2);
    for (const row of rows) {
      expect(row['largest difference']).toBeLessThan(1e-4);
      expect(row['others, times ours']).toMatch(/ \d+\.\d\d/);
    }
  });
});
