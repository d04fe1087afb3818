import { describe, expect, it } from 'vitest';
import { findTorch } from '../peers/pytorch.ts';
import { vitBench } from '../vit/vit-bench.ts';

const torch = await findTorch();
const once = { models: ['vit64'], rounds: { rounds: 1, blockMs: 1 }, threads: 1, say: () => undefined };

describe('vit', () => {
  it('gives our own times and says so when there is no PyTorch', async () => {
    const { rows, notes } = await vitBench({ ...once, pythons: ['no-such-python'] });
    expect(rows.map(({ work, engine }) => `${work}: ${engine}`)).toEqual([
      'training step: cpu',
      'training step: wasm',
      'inference: cpu',
      'inference: wasm',
    ]);
    for (const row of rows) expect(row).toMatchObject({ 'ratio to PyTorch': null, 'ms (median)': expect.any(Number) });
    expect(notes[0]).toContain('PyTorch was absent');
  });

  it.skipIf(torch === undefined)('compares with PyTorch doing the same work (skipped without python3-torch)', async () => {
    const { rows, versions } = await vitBench(once);
    expect(versions).toHaveProperty('pytorch');
    expect(rows.filter(({ engine }) => engine === 'pytorch')).toHaveLength(2);
    for (const row of rows) {
      expect(row['ratio to PyTorch']).toBeGreaterThan(0);
      expect(row['loss gap']).toBeLessThan(1e-3);
    }
  });
});
