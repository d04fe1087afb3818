import { Tensor, type Runtime } from '@verilens/core';
import type { Parameters } from '@verilens/nn';
import type { DdpmConfig } from './config.ts';
import { ddimInvert, ddimSample, type NoisePredictor } from './ddim.ts';
import { exportGenerator } from './export-generator.ts';
import { checkSize } from './latent-samplers.ts';
import { drawNormals, inBatches } from './latents.ts';
import { signalShares } from './noise-schedule.ts';
import { planeSize } from './pictures.ts';
import type { DiffusionSampler } from './sampler.ts';

export async function openDiffusion(
  config: DdpmConfig,
  parameters: Parameters,
  runtime: Runtime,
  signal?: AbortSignal,
): Promise<DiffusionSampler> {
  const [denoiser] = exportGenerator(config, parameters);
  const session = await runtime.load(denoiser!.onnx, { name: 'ddpm denoiser', signal });
  const shares = signalShares(config);
  const { size } = config;
  const predict: NoisePredictor = async (x, time, stop) => {
    const feeds = {
      pictures: new Tensor('float32', x.data, [x.count, 3, size, size]),
      times: new Tensor('float32', new Float32Array(x.count).fill(time), [x.count]),
    };
    const { noise } = await session.run(feeds, { signal: stop });
    return noise!.data as Float32Array;
  };
  return {
    config,
    sample: ({ steps, eta, ...request }) =>
      inBatches(request, size, (first, count, onProgress) => {
        const noise = { count, size, data: drawNormals(request.seed, first, count, planeSize(size)) };
        return ddimSample(predict, shares, noise, { steps, eta, seed: request.seed, first, signal: request.signal, onProgress });
      }),
    async denoise(noise, options) {
      checkSize(noise, size);
      return ddimSample(predict, shares, noise, options);
    },
    async invert(pictures, options) {
      checkSize(pictures, size);
      return ddimInvert(predict, shares, pictures, options);
    },
    dispose: () => session.dispose(),
    [Symbol.asyncDispose]: () => session.dispose(),
  };
}
