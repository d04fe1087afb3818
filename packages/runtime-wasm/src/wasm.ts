import { type DeviceProbe, type Runtime, VerilensError } from '@verilens/core';
import { makeRuntime, noDevice } from '@verilens/core/runtime-kit';
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
      return makeRuntime({
        name: NAME,
        engine,
        device: candidate,
        threads: candidate === 'wasm' ? threads : 1,
        probes,
        fetches: true,
        maxModelBytes: options.maxModelBytes,
      });
    }
    onFallback?.(probe);
  }
  throw noDevice(NAME, device, probes);
}
