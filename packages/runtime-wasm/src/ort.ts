import { VerilensError } from '@verilens/core';
import { nodeFiles } from '@verilens/core/runtime-kit';
import type { Ort } from './engine.ts';
import { NAME } from './threads.ts';

/** The first start decides for the whole page: onnxruntime-web starts its WASM module once. */
let started: { threads: number; assets: string | undefined } | undefined;

/** Loads the WASM build of onnxruntime-web, on first use. */
export async function loadWasm(threads: number, explicit: boolean, assets: string | undefined): Promise<{ ort: Ort; threads: number }> {
  // Node's own condition of the package has the WASM build alone.
  const ort = nodeFiles() === undefined ? ((await import('onnxruntime-web/wasm')) as Ort) : await import('onnxruntime-web');
  if (started === undefined) {
    ort.env.wasm.numThreads = threads;
    ort.env.logLevel = 'fatal';
    if (assets !== undefined) ort.env.wasm.wasmPaths = assets;
    started = { threads, assets };
  } else if (explicit && started.threads !== threads) {
    throw new VerilensError('BAD_OPTION', 'onnxruntime-web was already started with another number of threads', { place: NAME, expected: `threads: ${started.threads}`, got: `threads: ${threads}`, remedy: 'It can be set once for each page or process.' });
  }
  return { ort, threads: started.threads };
}
