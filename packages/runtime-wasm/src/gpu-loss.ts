import type { Runtime } from '@verilens/core';
import { probeModel } from '@verilens/core/runtime-kit';
import { loadOrt } from './ort.ts';

/** Just enough of a GPUDevice to hear of its end. */
interface LosableDevice {
  readonly lost?: Promise<{ readonly reason?: string; readonly message?: string }>;
}

/**
 * Calls `onLost` once, when the GPU device of a WebGPU runtime is lost. ONNX Runtime destroys the device with its last
 * session and makes another for the next one: one small session is kept open, so that there is one device to watch. It
 * goes with the runtime, and a device that is destroyed so is not lost.
 */
export async function watchGpu(runtime: Runtime, onLost: (reason: string) => void): Promise<void> {
  await runtime.load(probeModel(), { name: 'gpu watch' });
  const { ort } = await loadOrt({ build: 'webgpu', threads: 1, explicitThreads: false });
  const device = await (ort.env as unknown as { webgpu: { device?: Promise<LosableDevice> } }).webgpu.device;
  void device?.lost?.then(({ reason, message }) => {
    if (reason !== 'destroyed') onLost(message || reason || 'the browser gave no reason');
  });
}
