import { describe, expect, it } from 'vitest';
import { findTorch } from '../peers/pytorch.ts';
import { networkBench } from '../networks/network-bench.ts';

const torch = await findTorch();
const once = { rounds: { rounds: 1, blockMs: 1 }, choosing: { rounds: 1, blockMs: 1, again: 0 }, threads: 1, say: () => undefined };

describe('networks', () => {
  it('give our own times and say so when there is no PyTorch', async () => {
    const { rows, notes } = await networkBench({ ...once, work: 'training step', models: ['vit64'], pythons: ['no-such-python'] });
    expect(rows.map(({ engine }) => engine)).toEqual(['cpu', 'wasm']);
    for (const row of rows) expect(row).toMatchObject({ 'ratio to PyTorch': null, 'ms (median)': expect.any(Number) });
    expect(notes[0]).toContain('PyTorch was absent');
  });

  it.skipIf(torch === undefined).each([
    ['training step', 'conv3d'],
    ['inference', 'vit64'],
  ] as const)('%s of %s: compares with PyTorch doing the same work (skipped without python3-torch)', async (work, model) => {
    const { rows, versions } = await networkBench({ ...once, work, models: [model] });
    expect(versions).toHaveProperty('pytorch');
    expect(rows.filter(({ engine }) => engine === 'pytorch')).toHaveLength(1);
    for (const row of rows) {
      expect(row['ratio to PyTorch']).toBeGreaterThan(0);
      expect(row['loss gap']).toBeLessThan(1e-3);
    }
  });
});
