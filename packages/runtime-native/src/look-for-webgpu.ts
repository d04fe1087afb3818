import { readdirSync } from 'node:fs';
import { type Look, nothing } from './gpu-look.ts';
import { GPU_NODE, probeApart } from './probe-apart.ts';

const DRIVER =
  'Install the Vulkan driver of your GPU (Mesa: mesa-vulkan-drivers; NVIDIA: it comes with the driver) and, in a container, pass the device through.';

/** Device files of GPUs that this process can see; undefined where GPUs are not files. */
function gpuNodes(): string[] | undefined {
  if (process.platform !== 'linux') return undefined;
  const list = (folder: string): string[] => {
    try {
      return readdirSync(folder).map((name) => `${folder}/${name}`);
    } catch {
      return [];
    }
  };
  return [...list('/dev'), ...list('/dev/dri')].filter((path) => GPU_NODE.test(path));
}

/**
 * Runs a session on ONNX Runtime's WebGPU provider in another process, where a driver may crash or hang without harm.
 * With `hardwareOnly` a machine without a GPU is not made to start one.
 */
export async function lookForWebgpu(hardwareOnly: boolean): Promise<Look> {
  const nodes = gpuNodes();
  if (hardwareOnly && nodes?.length === 0) {
    return nothing(
      'no GPU is visible to this process, and `auto` does not take software adapters',
      `${DRIVER} Ask for device "webgpu" to use a software adapter.`,
    );
  }
  const apart = await probeApart('webgpu');
  if (!apart.works) {
    return nothing(apart.reason, /adapter/i.test(apart.reason) ? DRIVER : 'Update the driver of the GPU, or ask for device "cpu".');
  }
  // A hardware driver keeps its device file open; SwiftShader and llvmpipe have none to open.
  const software = nodes !== undefined && apart.gpuNodes.length === 0;
  const drivers = apart.drivers.length === 0 ? '' : ` (${apart.drivers.join(', ')})`;
  return {
    promising: true,
    software,
    reason: software ? `works on a software adapter${drivers}, much slower than the cpu device` : `works on a GPU${drivers}`,
  };
}
