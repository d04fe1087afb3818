import type { Runtime } from '@verilens/core';
import type { DdpmConfig, GanConfig, GeneratorConfig, VaeConfig } from './config.ts';
import { openDiffusion } from './diffusion-sampler.ts';
import { openGan, openVae } from './latent-samplers.ts';
import type { DiffusionSampler, LatentSampler, Sampler, VaeSampler } from './sampler.ts';
import type { TrainedGenerator } from './train.ts';

export interface OpenOptions {
  readonly signal?: AbortSignal;
}

/**
 * Loads a trained generator onto a runtime.
 *
 * @throws VerilensError BAD_MODEL when the parameters do not fit the configuration
 * @example
 * await using sampler = await openGenerator(readGenerator(bytes), runtime);
 * const pictures = imagesOf(await sampler.sample({ count: 16, seed: 0 }));
 */
export function openGenerator(trained: TrainedGenerator<DdpmConfig>, runtime: Runtime, options?: OpenOptions): Promise<DiffusionSampler>;
export function openGenerator(trained: TrainedGenerator<VaeConfig>, runtime: Runtime, options?: OpenOptions): Promise<VaeSampler>;
export function openGenerator(trained: TrainedGenerator<GanConfig>, runtime: Runtime, options?: OpenOptions): Promise<LatentSampler>;
export function openGenerator(trained: TrainedGenerator, runtime: Runtime, options?: OpenOptions): Promise<Sampler>;
export async function openGenerator(
  { config, parameters }: TrainedGenerator,
  runtime: Runtime,
  options: OpenOptions = {},
): Promise<Sampler> {
  return openKind(config, parameters, runtime, options);
}

function openKind(
  config: GeneratorConfig,
  parameters: TrainedGenerator['parameters'],
  runtime: Runtime,
  { signal }: OpenOptions,
): Promise<Sampler> {
  if (config.kind === 'vae') return openVae(config, parameters, runtime, signal);
  if (config.kind === 'gan') return openGan(config, parameters, runtime, signal);
  return openDiffusion(config, parameters, runtime, signal);
}
