import { type DeviceProbe, type Runtime, VerilensError } from '@verilens/core';
import { checkThreads, makeRuntime, noDevice, timedProbe } from '@verilens/core/runtime-kit';
import { withBlockedPrelu } from './blocked-prelu.ts';
import { loadOrt, nativeEngine } from './engine.ts';
import { probeBlockedConvolution } from './probe-blocked-convolution.ts';
import { defaultThreads, NAME, type NativeDevice, ORDER, probeNative } from './probe-devices.ts';

export interface NativeOptions {
  /**
   * `auto` (the default) takes the first of cuda, webgpu, cpu that works, and passes over software GPU adapters;
   * a name takes that device or throws.
   */
  device?: 'auto' | NativeDevice;
  /** Threads inside one run on the CPU, 1..256; one for each core up to 8 when left out. */
  threads?: number;
  /** Lets idle threads spin: 3-15 % faster alone on a machine, 2-4 times slower in company. */
  allowSpinning?: boolean;
  /** Whether a GPU device may leave operators it lacks to the CPU, slowly and without a word: true when left out. false refuses such a model. */
  cpuFallback?: boolean;
  /**
   * Tries ONNX Runtime's blocked convolution operators and says so in `convolutionBlock`; training steps on the CPU then use
   * them, 2-18 % faster for networks of convolutions. They are internal to ONNX Runtime; false keeps to portable ones. Where they
   * work, PReLU between convolutions of a loaded model is rewritten so that its tensors stay in blocks. Default true.
   */
  blockedConvolution?: boolean;
  /** Called for each device that `auto` passed over. */
  onFallback?: (probe: DeviceProbe) => void;
  /** Larger model files are refused; 2^31 - 1 bytes when left out. */
  maxModelBytes?: number;
}

/**
 * ONNX Runtime in Node.
 * @throws VerilensError NO_DEVICE with the reason of each device tried; BAD_OPTION
 */
export async function native(options: NativeOptions = {}): Promise<Runtime> {
  const { device = 'auto', allowSpinning = false, onFallback } = options;
  if (device !== 'auto' && !ORDER.includes(device)) {
    throw new VerilensError('BAD_OPTION', 'there is no such device', {
      place: NAME,
      expected: `auto, ${ORDER.join(', ')}`,
      got: String(device),
    });
  }
  const threads = checkThreads(options.threads, defaultThreads(), NAME);
  const ort = await loadOrt().catch(async (error: unknown) => {
    const probe = await timedProbe('cpu', () => Promise.reject(error));
    throw noDevice(NAME, device, [
      {
        ...probe,
        remedy:
          'onnxruntime-node has no library for this platform, or its files are missing: install it again, or use @verilens/runtime-wasm.',
      },
    ]);
  });
  const engine = nativeEngine(ort, allowSpinning, options.cpuFallback);
  const probes: DeviceProbe[] = [];
  for (const candidate of device === 'auto' ? ORDER : [device]) {
    const { probe, software } = await probeNative(candidate, engine, threads, device === 'auto');
    const slow = device === 'auto' && software;
    probes.push(
      slow
        ? {
            ...probe,
            reason: `${probe.reason}; passed over because the cpu device is faster`,
            remedy: `Ask for device "${candidate}" to use it anyway.`,
          }
        : probe,
    );
    if (probe.available && !slow) {
      const convolutionBlock =
        candidate === 'cpu' && options.blockedConvolution !== false ? await probeBlockedConvolution(engine) : undefined;
      return makeRuntime({
        name: NAME,
        engine: convolutionBlock === undefined ? engine : withBlockedPrelu(engine, convolutionBlock),
        device: candidate,
        threads: candidate === 'cpu' ? threads : 1,
        probes,
        fetches: false,
        maxModelBytes: options.maxModelBytes,
        convolutionBlock,
        background: candidate === 'cpu',
      });
    }
    onFallback?.(probes.at(-1) as DeviceProbe);
  }
  throw noDevice(NAME, device, probes);
}
