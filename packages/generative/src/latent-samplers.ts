import { Tensor, VerilensError, type Runtime, type Session } from '@verilens/core';
import type { Parameters } from '@verilens/nn';
import type { GanConfig, VaeConfig } from './config.ts';
import { exportGenerator } from './export-generator.ts';
import { drawNormals, inBatches } from './latents.ts';
import { planeSize, type Planes } from './pictures.ts';
import type { LatentSampler, VaeSampler } from './sampler.ts';

export async function openGan(config: GanConfig, parameters: Parameters, runtime: Runtime, signal?: AbortSignal): Promise<LatentSampler> {
  const [generator] = exportGenerator(config, parameters);
  return latentSampler(config, await runtime.load(generator!.onnx, { name: 'gan generator', signal }));
}

export async function openVae(config: VaeConfig, parameters: Parameters, runtime: Runtime, signal?: AbortSignal): Promise<VaeSampler> {
  const [decoder, encoder] = exportGenerator(config, parameters);
  const decoding = await runtime.load(decoder!.onnx, { name: 'vae decoder', signal });
  let encoding: Session;
  try {
    encoding = await runtime.load(encoder!.onnx, { name: 'vae encoder', signal });
  } catch (error) {
    await decoding.dispose();
    throw error;
  }
  const sampler = latentSampler(config, decoding);
  const dispose = async (): Promise<void> => {
    await sampler.dispose();
    await encoding.dispose();
  };
  return {
    ...sampler,
    async encode(pictures, options = {}) {
      checkSize(pictures, config.size);
      const feeds = { pictures: new Tensor('float32', pictures.data, [pictures.count, 3, config.size, config.size]) };
      const { mean, logVariance } = await encoding.run(feeds, { signal: options.signal });
      return { mean: mean!.data as Float32Array, logVariance: logVariance!.data as Float32Array };
    },
    dispose,
    [Symbol.asyncDispose]: dispose,
  };
}

function latentSampler(config: GanConfig | VaeConfig, session: Session): LatentSampler {
  const { size, latent } = config;
  const decode: LatentSampler['decode'] = async (latents, options = {}) => {
    const count = latents.length / latent;
    if (!Number.isInteger(count) || count < 1)
      throw new VerilensError('BAD_SHAPE', 'latents of another width', {
        place: `generative ${config.kind}`,
        expected: `a multiple of ${latent} numbers`,
        got: String(latents.length),
      });
    const { pictures } = await session.run({ z: new Tensor('float32', latents, [count, latent]) }, { signal: options.signal });
    return { count, size, data: pictures!.data as Float32Array };
  };
  return {
    config,
    latent,
    decode,
    sample: (request) =>
      inBatches(request, size, (first, count) => decode(drawNormals(request.seed, first, count, latent), { signal: request.signal })),
    dispose: () => session.dispose(),
    [Symbol.asyncDispose]: () => session.dispose(),
  };
}

/** @throws VerilensError BAD_SHAPE */
export function checkSize(pictures: Planes, size: number): void {
  if (pictures.size === size && pictures.data.length === pictures.count * planeSize(size) && pictures.count >= 1) return;
  throw new VerilensError('BAD_SHAPE', 'pictures of another size', {
    place: 'generative',
    expected: `[count, 3, ${size}, ${size}]`,
    got: `${pictures.data.length} numbers for ${pictures.count} of ${pictures.size}`,
  });
}
