import { availableParallelism } from 'node:os';
import type { DeviceProbe } from '@verilens/core';
import { checkThreads, type Engine, type Finding, runProbe, timedProbe } from '@verilens/core/runtime-kit';
import { loadOrt, nativeEngine } from './engine.ts';
import { lookForCuda } from './look-for-cuda.ts';
import { lookForWebgpu } from './look-for-webgpu.ts';

export type NativeDevice = 'cuda' | 'webgpu' | 'cpu';

export const NAME = 'runtime-native';

/** The order in which devices are tried. */
export const ORDER: readonly NativeDevice[] = ['cuda', 'webgpu', 'cpu'];

/** Threads taken when none are asked for: one for each core, at most 8. */
export function defaultThreads(): number {
  return Math.max(1, Math.min(8, availableParallelism()));
}

/**
 * Tries one device for real. `software` is true when it works but its adapter is a program on the CPU,
 * which is slower than the cpu device itself. With `hardwareOnly` such adapters need not be tried.
 */
export async function probeNative(
  device: NativeDevice,
  engine: Engine,
  threads: number,
  hardwareOnly: boolean,
): Promise<{ probe: DeviceProbe; software: boolean }> {
  let software = false;
  const look = async (): Promise<Finding> => {
    if (device === 'cpu') {
      await runProbe(engine, 'cpu', NAME, threads);
      return { available: true, reason: `works with ${threads} thread${threads === 1 ? '' : 's'}` };
    }
    const found = device === 'cuda' ? await lookForCuda() : await lookForWebgpu(hardwareOnly);
    if (!found.promising) return { available: false, reason: found.reason, remedy: found.remedy };
    await runProbe(engine, device, NAME, threads);
    software = found.software;
    return { available: true, reason: found.reason };
  };
  return { probe: await timedProbe(device, look), software };
}

/**
 * Tries every device of this machine and says what came of it, in the order `native()` would take them.
 * Never rejects for a device that does not work.
 */
export async function probeDevices(options: { threads?: number } = {}): Promise<DeviceProbe[]> {
  const threads = checkThreads(options.threads, defaultThreads(), NAME);
  const engine = nativeEngine(await loadOrt(), false);
  const probes: DeviceProbe[] = [];
  for (const device of ORDER) probes.push((await probeNative(device, engine, threads, false)).probe);
  return probes;
}
