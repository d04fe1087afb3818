import { checkThreads, nodeFiles } from '@verilens/core/runtime-kit';

export const NAME = 'runtime-wasm';

/** Threads this page or process may use, and why not more. */
export function threadsFor(asked: number | undefined): { threads: number; note: string } {
  const wanted = checkThreads(asked, Math.max(1, Math.min(8, navigatorCores())), NAME);
  if (wanted === 1) return { threads: 1, note: '1 thread' };
  if (typeof SharedArrayBuffer === 'undefined' || (nodeFiles() === undefined && globalThis.crossOriginIsolated !== true)) {
    return {
      threads: 1,
      note: '1 thread, because the page is not cross-origin isolated (serve it with Cross-Origin-Opener-Policy: same-origin and Cross-Origin-Embedder-Policy: require-corp for more)',
    };
  }
  return { threads: wanted, note: `${wanted} threads` };
}

function navigatorCores(): number {
  const cores = (globalThis.navigator as Navigator | undefined)?.hardwareConcurrency;
  if (cores !== undefined) return cores;
  return (globalThis.process as NodeJS.Process | undefined)?.getBuiltinModule?.('node:os').availableParallelism() ?? 1;
}
