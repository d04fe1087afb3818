import { basename, join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { build, type Rolldown } from 'vite';
import { describe, expect, it } from 'vitest';
import { root } from '../scripts/workspace.ts';

/** What a page downloads before WASM and weights, gzipped, to judge with one detector. */
const LIMIT = 120 * 1024;

describe('a page with one detector', () => {
  it('downloads less than 120 KB of code', async () => {
    const chunks = await bundle(`
      import { createEngine } from '@verilens/core';
      import { wasm } from '@verilens/runtime-wasm';
      import { stdt } from '@verilens/plugin-stdt';
      globalThis.judge = async (clip) => {
        const engine = await createEngine({ runtime: await wasm(), plugins: [stdt()] });
        return engine.detect(clip);
      };
    `);
    const sizes = judgingChunks(chunks).map(({ fileName, code }) => ({ fileName, bytes: gzipSync(code).byteLength }));
    expect(sizes.length).toBeGreaterThan(1);
    const total = sizes.reduce((sum, { bytes }) => sum + bytes, 0);
    expect(total, `${(total / 1024).toFixed(1)} KB: ${JSON.stringify(sizes)}`).toBeLessThan(LIMIT);
  });
});

/** The chunks a page that only judges can come to load: all that the entry reaches, but for training, which is loaded on its own. */
function judgingChunks(chunks: readonly Rolldown.OutputChunk[]): Rolldown.OutputChunk[] {
  const byName = new Map(chunks.map((chunk) => [chunk.fileName, chunk]));
  const reached = new Set<Rolldown.OutputChunk>();
  const visit = (chunk: Rolldown.OutputChunk | undefined): void => {
    if (chunk === undefined || reached.has(chunk)) return;
    reached.add(chunk);
    chunk.imports.forEach((name) => visit(byName.get(name)));
    chunk.dynamicImports
      .map((name) => byName.get(name))
      .filter((target) => !/^(train|evidence|evaluate)/.test(basename(target?.facadeModuleId ?? '')))
      .forEach(visit);
  };
  visit(chunks.find(({ isEntry }) => isEntry));
  return [...reached];
}

/** Bundles `code` for browsers as Vite would in a user's project; nothing is written. */
async function bundle(code: string): Promise<Rolldown.OutputChunk[]> {
  const entry = join(root, 'test', 'virtual-entry.js');
  const result = await build({
    root: join(root, 'test'),
    configFile: false,
    logLevel: 'silent',
    resolve: { conditions: ['@verilens/source', 'module', 'browser', 'production'] },
    plugins: [
      {
        name: 'entry-from-memory',
        enforce: 'pre',
        resolveId: (id) => (id === entry ? entry : undefined),
        load: (id) => (id === entry ? code : undefined),
      },
    ],
    build: {
      write: false,
      minify: true,
      target: 'es2023',
      assetsInlineLimit: 0,
      rolldownOptions: {
        input: entry,
        // The build of ONNX Runtime Web for Node stands in a branch that no page takes.
        external: (id) => id === 'onnxruntime-web' || id.startsWith('node:'),
      },
    },
  });
  const outputs = (Array.isArray(result) ? result : [result]) as Rolldown.RolldownOutput[];
  return outputs.flatMap(({ output }) => output).filter((part) => part.type === 'chunk');
}
