import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';

/** What can be seen of a device without touching its driver. */
export interface Look {
  /** True when it is worth running a session. */
  readonly promising: boolean;
  readonly software: boolean;
  readonly reason: string;
  readonly remedy?: string;
}

const HOW = 'Run the install script of onnxruntime-node on this machine (`npm rebuild onnxruntime-node --foreground-scripts`, which fetches the CUDA provider), with CUDA 12 or 13 and cuDNN 9 installed.';

/** Looks for an NVIDIA driver and for ONNX Runtime's CUDA provider, which is not part of the npm package. */
export async function lookForCuda(): Promise<Look> {
  const no = (reason: string, remedy?: string): Look => ({ promising: false, software: false, reason, remedy });
  if (!['linux', 'win32'].includes(process.platform) || process.arch !== 'x64') return no(`ONNX Runtime has no CUDA for ${process.platform} ${process.arch}`);
  if (process.platform === 'linux' && !existsSync('/proc/driver/nvidia/version') && !existsSync('/dev/nvidiactl') && !existsSync('/dev/dxg')) return no('no NVIDIA driver on this machine');
  const entry = createRequire(import.meta.url).resolve('onnxruntime-node');
  const folder = join(dirname(dirname(entry)), 'bin', 'napi-v6', process.platform, process.arch);
  const library = process.platform === 'linux' ? 'libonnxruntime_providers_cuda.so' : 'onnxruntime_providers_cuda.dll';
  if (!existsSync(join(folder, library))) return no(`an NVIDIA driver may be there, but ${library} of onnxruntime-node is not`, HOW);
  return { promising: true, software: false, reason: 'works, by the CUDA provider of onnxruntime-node' };
}
