import type { DeviceProbe } from '@verilens/core';
import { type Engine, type Finding, nodeFiles, runProbe, timedProbe } from '@verilens/core/runtime-kit';
import { webEngine } from './engine.ts';
import { type Build, FILES, loadOrt } from './ort.ts';
import { NAME, threadsFor } from './threads.ts';

export type WebDevice = 'webgpu' | 'wasm';

/** The order in which devices are tried. */
export const ORDER: readonly WebDevice[] = ['webgpu', 'wasm'];

export interface EngineOptions {
  /** Threads of the WASM module, 1..256; one for each core up to 8 when left out, 1 where the page is not cross-origin isolated. */
  threads?: number;
  /**
   * Folder with the files of onnxruntime-web/dist: ort-wasm-simd-threaded.wasm for device wasm,
   * ort-wasm-simd-threaded.asyncify.wasm for webgpu. Left out, the bundler's own address of the file is used.
   */
  assets?: URL | string;
}

export interface Tried {
  readonly probe: DeviceProbe;
  readonly engine?: Engine;
  readonly threads: number;
  /** True when the adapter is a program on the CPU. */
  readonly software: boolean;
}

/** Just enough of WebGPU to ask which adapter there is. */
interface Gpu {
  requestAdapter(): Promise<{
    readonly info?: { readonly vendor: string; readonly architecture: string; readonly isFallbackAdapter?: boolean };
  } | null>;
}

/** What the browser says about its GPU, before any engine is loaded. */
async function lookForGpu(): Promise<Finding & { software: boolean }> {
  const no = (reason: string, remedy: string): Finding & { software: boolean } => ({ available: false, software: false, reason, remedy });
  if (nodeFiles() !== undefined) return no('onnxruntime-web has no WebGPU in Node', 'Use @verilens/runtime-native for WebGPU in Node.');
  const gpu = (globalThis.navigator as (Navigator & { gpu?: Gpu }) | undefined)?.gpu;
  if (gpu === undefined) {
    return globalThis.isSecureContext === false
      ? no('the page is not a secure context, so the browser hides WebGPU', 'Serve it over https or from localhost.')
      : no('this browser has no WebGPU', 'Use a current Chrome, Edge, Safari or Firefox, with hardware acceleration on.');
  }
  const adapter = await gpu.requestAdapter();
  if (adapter === null) return no('the browser has WebGPU but gave no adapter', 'Turn on hardware acceleration, or update the GPU driver.');
  const { vendor = '', architecture = '', isFallbackAdapter = false } = adapter.info ?? {};
  const software = isFallbackAdapter || /swiftshader|llvmpipe|lavapipe|warp|basic/i.test(`${vendor} ${architecture}`);
  const name = [vendor, architecture].filter((part) => part !== '').join(' ') || 'unnamed';
  return {
    available: true,
    software,
    reason: software ? `works on a software adapter (${name}), slower than wasm` : `works on a GPU (${name})`,
  };
}

/** Tries one device for real. With `hardwareOnly` a software adapter is reported without loading the WebGPU build for it. */
export async function tryDevice(device: WebDevice, options: EngineOptions, hardwareOnly: boolean): Promise<Tried> {
  const { threads: wanted, note } = threadsFor(options.threads);
  const build: Build = device;
  let engine: Engine | undefined;
  let threads = wanted;
  let software = false;
  const look = async (): Promise<Finding> => {
    const found = device === 'webgpu' ? await lookForGpu() : { available: true, software: false, reason: '' };
    if (!found.available) return { available: false, reason: found.reason, remedy: found.remedy };
    software = found.software;
    if (software && hardwareOnly) {
      return {
        available: false,
        reason: `only a software adapter (${/\((.*)\)/.exec(found.reason)?.[1] ?? ''}), which \`auto\` does not take because wasm is faster`,
        remedy: 'Ask for device "webgpu" to use it anyway.',
      };
    }
    const started = await loadOrt({ build, threads: wanted, explicitThreads: options.threads === wanted, assets: options.assets });
    threads = started.threads;
    const candidate = webEngine(started.ort);
    await runProbe(candidate, device, NAME);
    engine = candidate;
    return {
      available: true,
      reason:
        device === 'webgpu'
          ? found.reason
          : `works with ${threads === wanted ? note : `${threads} thread${threads === 1 ? '' : 's'}, as first started`}`,
    };
  };
  const probe = await timedProbe(device, look);
  const lostFile = !probe.available && probe.remedy === undefined && options.assets === undefined && nodeFiles() === undefined;
  return {
    probe: lostFile
      ? {
          ...probe,
          remedy: `If the file was not found, serve "${FILES[build]}" of onnxruntime-web/dist and pass its folder as \`assets\`.`,
        }
      : probe,
    engine,
    threads,
    software,
  };
}

/**
 * Tries every device of this page or process and says what came of it, in the order `wasm()` would take them.
 * Never rejects for a device that does not work.
 */
export async function probeDevices(options: EngineOptions = {}): Promise<DeviceProbe[]> {
  const probes: DeviceProbe[] = [];
  for (const device of ORDER) probes.push((await tryDevice(device, options, false)).probe);
  return probes;
}
