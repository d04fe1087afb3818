import { type DeviceProbe, type Runtime, VerilensError } from '@verilens/core';
import { makeRuntime, noDevice, runProbe, timedProbe } from '@verilens/core/runtime-kit';
import { webEngine } from './engine.ts';
import { loadWasm } from './ort.ts';
import { ORDER, type WebDevice } from './probe-devices.ts';
import { NAME, threadsFor } from './threads.ts';

export interface WasmOptions {
  device?: 'auto' | WebDevice;
  threads?: number;
  assets?: URL | string;
  onFallback?: (probe: DeviceProbe) => void;
  maxModelBytes?: number;
}

export async function wasm(options: WasmOptions = {}): Promise<Runtime> {
  const { device = 'auto' } = options;
  if (device !== 'auto' && !ORDER.includes(device)) {
    throw new VerilensError('BAD_OPTION', 'there is no such device', { place: NAME, expected: `auto, ${ORDER.join(', ')}`, got: String(device) });
  }
  const { threads: wanted, note } = threadsFor(options.threads);
  const { ort, threads } = await loadWasm(wanted, options.threads !== undefined, options.assets === undefined ? undefined : String(options.assets));
  const engine = webEngine(ort);
  const probe = await timedProbe('wasm', async () => {
    await runProbe(engine, 'wasm', NAME);
    return { available: true, reason: `works with ${note}` };
  });
  if (!probe.available || device === 'webgpu') throw noDevice(NAME, device, [probe]);
  return makeRuntime({ name: NAME, engine, device: 'wasm', threads, probes: [probe], fetches: true, maxModelBytes: options.maxModelBytes });
}
