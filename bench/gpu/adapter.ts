import { execFile } from 'node:child_process';
import type { DeviceProbe } from '@verilens/core';
import { probeDevices } from '@verilens/runtime-native';

/** The GPU that native WebGPU computes on. */
export interface Adapter {
  /** What the driver's own tools call it; null where there are none. */
  readonly name: string | null;
  readonly driver: string | null;
  readonly software: boolean;
  /** What `verilens doctor` says of the native devices. */
  readonly probes: readonly DeviceProbe[];
}

/** Tries the native devices; undefined where WebGPU does not work. */
export async function findAdapter(say: (line: string) => void): Promise<Adapter | undefined> {
  const probes = await probeDevices();
  for (const { device, available, reason, remedy } of probes)
    say(`${device}: ${available ? 'works' : 'absent'}: ${reason}${remedy === undefined ? '' : ` (${remedy})`}`);
  const webgpu = probes.find(({ device }) => device === 'webgpu');
  if (webgpu?.available !== true) return undefined;
  const software = webgpu.reason.includes('software adapter');
  const [name = null, driver = null] = software ? [] : await hardware();
  return { name, driver, software, probes };
}

async function hardware(): Promise<readonly string[]> {
  const nvidia = await output('nvidia-smi', ['--query-gpu=name,driver_version', '--format=csv,noheader']);
  if (nvidia !== undefined)
    return nvidia
      .split('\n')[0]!
      .split(',')
      .map((part) => part.trim());
  const vulkan = await output('vulkaninfo', ['--summary']);
  return ['deviceName', 'driverInfo'].flatMap((field) => new RegExp(`${field}\\s*=\\s*(.+)`).exec(vulkan ?? '')?.[1]?.trim() ?? []);
}

/** MiB in use on the GPU by all programs; undefined where nothing says so. */
export async function memoryInUse(): Promise<number | undefined> {
  const said = await output('nvidia-smi', ['--query-gpu=memory.used', '--format=csv,noheader,nounits']);
  return said === undefined ? undefined : Number(said.split('\n')[0]);
}

function output(command: string, args: readonly string[]): Promise<string | undefined> {
  return new Promise((resolve) => {
    execFile(command, args, { timeout: 20_000 }, (error, stdout) =>
      resolve(error === null && stdout.trim() !== '' ? stdout.trim() : undefined),
    );
  });
}
