import { describe, expect, it } from 'vitest';
import { entrySize } from '../scripts/entry-size.ts';

/** What a page downloads before WASM and weights, gzipped, to judge with one detector. */
const LIMIT = 120 * 1024;

describe('a page with one detector', () => {
  it.each(['stdt', 'f2c'])('%s downloads less than 120 KB of code', async (detector) => {
    const { bytes, files } = await entrySize(
      `
      import { createEngine } from '@verilens/core';
      import { wasm } from '@verilens/runtime-wasm';
      import { ${detector} } from '@verilens/plugin-${detector}';
      globalThis.judge = async (media) => {
        const engine = await createEngine({ runtime: await wasm(), plugins: [${detector}()] });
        return engine.detect(media);
      };
    `,
      'bench',
    );
    expect(files.length).toBeGreaterThan(1);
    expect(bytes, `${(bytes / 1024).toFixed(1)} KB: ${JSON.stringify(files)}`).toBeLessThan(LIMIT);
  });
});
