import { VerilensError } from '@verilens/core';
import { nodeFiles, readSource } from '@verilens/core/runtime-kit';
import type { Ort } from './engine.ts';
import { NAME } from './threads.ts';

/** The builds of onnxruntime-web used here, each with the one file that has to be served. */
export const FILES = {
  wasm: 'ort-wasm-simd-threaded.wasm',
  webgpu: 'ort-wasm-simd-threaded.asyncify.wasm',
} as const;

export type Build = keyof typeof FILES;

export interface OrtChoice {
  readonly build: Build;
  readonly threads: number;
  /** True when the caller named the number of threads. */
  readonly explicitThreads: boolean;
  /** Folder that holds the file of the build. */
  readonly assets?: URL | string;
}

interface Started {
  readonly ort: Ort;
  readonly threads: number;
}

/** A build starts its WASM module once in a page or process; the first start decides about threads and files. */
const started = new Map<Build, Promise<Started>>();

/**
 * Loads a build of onnxruntime-web, on first use.
 * @throws VerilensError BAD_OPTION for another number of threads than it was started with; NOT_FOUND and BAD_INPUT for its file
 */
export async function loadOrt(choice: OrtChoice): Promise<Started> {
  let start = started.get(choice.build);
  if (start === undefined) {
    start = startOrt(choice);
    started.set(choice.build, start);
    // A file that was missing may be there the next time.
    start.catch(() => started.delete(choice.build));
  }
  const { ort, threads } = await start;
  if (choice.explicitThreads && threads !== choice.threads) {
    throw new VerilensError('BAD_OPTION', 'onnxruntime-web was already started with another number of threads', {
      place: NAME,
      expected: `threads: ${threads}`,
      got: `threads: ${choice.threads}`,
      remedy: 'It can be set once for each page or process.',
    });
  }
  return { ort, threads };
}

async function startOrt(choice: OrtChoice): Promise<Started> {
  const binary = choice.assets === undefined ? undefined : await wasmFile(choice.assets, FILES[choice.build]);
  const ort = await importBuild(choice.build);
  ort.env.logLevel = 'fatal';
  ort.env.wasm.numThreads = choice.threads;
  if (binary !== undefined) ort.env.wasm.wasmBinary = binary;
  return { ort, threads: choice.threads };
}

/** Not written into the import: bundlers for browsers would pack a third build of 28 MB that only Node can reach. */
const NODE_BUILD: string = 'onnxruntime-web';

async function importBuild(build: Build): Promise<Ort> {
  if (build === 'webgpu') return (await import('onnxruntime-web/webgpu')) as Ort;
  if (nodeFiles() === undefined) return (await import('onnxruntime-web/wasm')) as Ort;
  // Under Node the package's own condition picks the one build that finds its files there, which is WASM alone.
  return (await import(/* @vite-ignore */ /* webpackIgnore: true */ /* turbopackIgnore: true */ NODE_BUILD)) as Ort;
}

/** Reads the file and looks at its first four bytes before ONNX Runtime does, whose message for a 404 page is "expected magic word". */
async function wasmFile(assets: URL | string, file: string): Promise<Uint8Array> {
  const folder = String(assets);
  const address = `${folder.endsWith('/') ? folder : `${folder}/`}${file}`;
  const remedy = `Serve "${file}" of onnxruntime-web/dist at ${address}, as application/wasm.`;
  const place = `${NAME} assets`;
  const bytes = await readSource(address, { place, maxBytes: 256 * 2 ** 20, fetches: true }).catch((cause: unknown) => {
    if (!(cause instanceof VerilensError)) throw cause;
    throw new VerilensError('NOT_FOUND', `the file of ONNX Runtime Web is not at ${address}`, {
      place,
      expected: file,
      got: cause.got ?? cause.message,
      remedy,
      cause,
    });
  });
  if (bytes[0] !== 0x00 || bytes[1] !== 0x61 || bytes[2] !== 0x73 || bytes[3] !== 0x6d) {
    const head = [...bytes.subarray(0, 4)].map((byte) => byte.toString(16).padStart(2, '0')).join(' ');
    const html = bytes[0] === 0x3c ? ', most likely an HTML page: the server answers unknown paths with one' : '';
    throw new VerilensError('BAD_INPUT', `${address} is no WebAssembly file`, {
      place,
      expected: 'first bytes 00 61 73 6d',
      got: `${head || 'nothing'}${html}`,
      remedy,
    });
  }
  return bytes;
}
