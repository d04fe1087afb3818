import { describe, expect, it } from 'vitest';
import { entrySize } from '../scripts/entry-size.ts';

/** What a page downloads before WASM and weights, gzipped, to judge with one detector. */
const LIMIT = 120 * 1024;

describe('a page with one detector', () => {
  it('downloads less than 120 KB of code', async () => {
    const { bytes, files } = await entrySize(
      `
      import { createEngine } from '@verilens/core';
      import { wasm } from '@verilens/runtime-wasm';
      import { stdt } from '@verilens/plugin-stdt';
      globalThis.judge = async (clip) => {
        const engine = await createEngine({ runtime: await wasm(), plugins: [stdt()] });
        return engine.detect(clip);
      };
    `,
      'test',
    );
    expect(files.length).toBeGreaterThan(1);
    expect(bytes, `${(bytes / 1024).toFixed(1)} KB: ${JSON.stringify(files)}`).toBeLessThan(LIMIT);
  });
});
