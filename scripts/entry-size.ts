import { basename, join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { build, type Rolldown } from 'vite';
import { root } from './workspace.ts';

/** What a page downloads of code, gzipped, for a program; WASM and weights are not code. */
export interface EntrySize {
  readonly bytes: number;
  readonly files: readonly { readonly fileName: string; readonly bytes: number }[];
}

/** @param folder of a package whose dependencies the program imports */
export async function entrySize(code: string, folder: string): Promise<EntrySize> {
  const chunks = await bundle(code, folder);
  const files = usedChunks(chunks).map((chunk) => ({ fileName: chunk.fileName, bytes: gzipSync(chunk.code).byteLength }));
  return { files, bytes: files.reduce((sum, { bytes }) => sum + bytes, 0) };
}

/** The chunks a page that only judges can come to load: all that the entry reaches, but for training, which is loaded on its own. */
function usedChunks(chunks: readonly Rolldown.OutputChunk[]): Rolldown.OutputChunk[] {
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
async function bundle(code: string, folder: string): Promise<Rolldown.OutputChunk[]> {
  const entry = join(root, folder, 'virtual-entry.js');
  const result = await build({
    root: join(root, folder),
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
