import { type DeviceProbe, type Runtime, VerilensError } from '@verilens/core';
import { makeRuntime, noDevice } from '@verilens/core/runtime-kit';
import { watchGpu } from './gpu-loss.ts';
import { type EngineOptions, ORDER, tryDevice, type WebDevice } from './probe-devices.ts';
import { NAME } from './threads.ts';

export interface WasmOptions extends EngineOptions {
  /**
   * `auto` (the default) takes the first of webgpu, wasm that works, and passes over software GPU adapters;
   * a name takes that device or throws.
   */
  device?: 'auto' | WebDevice;
  /** Called for each device that `auto` passed over. */
  onFallback?: (probe: DeviceProbe) => void;
  /**
   * Called when the browser takes the GPU device away (driver reset, crash of its GPU process), with its reason. Runs
   * under way may then never end, and the page's WebGPU build cannot start again: end the worker or page, or go on with
   * `device: 'wasm'`. Only for device webgpu.
   */
  onLost?: (reason: string) => void;
  /** Larger model files are refused; 2^31 - 1 bytes when left out. */
  maxModelBytes?: number;
}

/**
 * ONNX Runtime Web, in browsers (WebGPU, WASM) and in Node (WASM).
 * @throws VerilensError NO_DEVICE with the reason of each device tried; BAD_OPTION
 */
export async function wasm(options: WasmOptions = {}): Promise<Runtime> {
  const { device = 'auto', onFallback } = options;
  if (device !== 'auto' && !ORDER.includes(device)) {
    throw new VerilensError('BAD_OPTION', 'there is no such device', {
      place: NAME,
      expected: `auto, ${ORDER.join(', ')}`,
      got: String(device),
    });
  }
  const probes: DeviceProbe[] = [];
  for (const candidate of device === 'auto' ? ORDER : [device]) {
    const { probe, engine, threads } = await tryDevice(candidate, options, device === 'auto');
    probes.push(probe);
    if (probe.available && engine !== undefined) {
      const runtime = makeRuntime({
        name: NAME,
        engine,
        device: candidate,
        threads: candidate === 'wasm' ? threads : 1,
        probes,
        fetches: true,
        maxModelBytes: options.maxModelBytes,
      });
      if (candidate === 'webgpu' && options.onLost !== undefined) await watchGpu(runtime, options.onLost);
      return runtime;
    }
    onFallback?.(probe);
  }
  throw noDevice(NAME, device, probes);
}
