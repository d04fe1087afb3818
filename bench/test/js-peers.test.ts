import { describe, expect, it } from 'vitest';
import { jsPeersBench } from '../js-peers/js-peers-bench.ts';

describe('other JavaScript projects', () => {
  it('train the ViT from the same parameters with the same losses', async () => {
    const { rows } = await jsPeersBench({
      models: ['vit64'],
      steps: 3,
      limitSeconds: 60,
      peers: ['jax-js, wasm', 'tfjs, wasm'],
      threads: 1,
      say: () => undefined,
    });
    expect(rows.map(({ engine }) => engine)).toEqual(['ours, native CPU', 'ours, WASM', 'jax-js, wasm', 'tfjs, wasm']);
    for (const row of rows) expect(row).toMatchObject({ steps: 3, remark: null });
    for (const row of rows) expect(row['loss gap']).toBeLessThan(1e-3);
  });
});
