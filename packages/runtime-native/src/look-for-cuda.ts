import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { type Look, nothing } from './gpu-look.ts';
import { ortEntry, probeApart } from './probe-apart.ts';

const HOW =
  'The npm package does not carry it. On a machine with internet access run the install script of onnxruntime-node (`npm rebuild onnxruntime-node --foreground-scripts`, or allow its build script in pnpm), and install cuDNN 9 and the CUDA version that script names.';

/** Looks for an NVIDIA driver, then for ONNX Runtime's CUDA provider, then runs a session in another process. */
export async function lookForCuda(): Promise<Look> {
  if (!['linux', 'win32'].includes(process.platform) || process.arch !== 'x64')
    return nothing(`ONNX Runtime for Node has no CUDA on ${process.platform} ${process.arch}`);
  if (process.platform === 'linux' && !['/proc/driver/nvidia/version', '/dev/nvidiactl', '/dev/dxg'].some(existsSync))
    return nothing('no NVIDIA driver on this machine');
  const folder = join(dirname(dirname(ortEntry())), 'bin', 'napi-v6', process.platform, process.arch);
  const library = process.platform === 'linux' ? 'libonnxruntime_providers_cuda.so' : 'onnxruntime_providers_cuda.dll';
  if (!existsSync(join(folder, library))) {
    return nothing(
      `${process.platform === 'linux' ? 'an NVIDIA driver is there, but' : ''} onnxruntime-node has no CUDA provider (${library})`.trim(),
      HOW,
    );
  }
  const apart = await probeApart('cuda');
  return apart.works
    ? { promising: true, software: false, reason: 'works, by the CUDA provider of onnxruntime-node' }
    : nothing(
        `the CUDA provider is there, but ${apart.reason}`,
        'Mostly a CUDA or cuDNN library of the right version is missing: see the reason, and `ldd` on the provider library.',
      );
}
