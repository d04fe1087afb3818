import type { GeneratorConfig } from './config.ts';
import type { DdimOptions, InversionOptions } from './ddim.ts';
import type { Planes } from './pictures.ts';

export interface SampleRequest {
  readonly count: number;
  /** Picture i depends on (seed, i) alone: asking for more gives the same ones first. */
  readonly seed: number;
  /** Number of the first picture: long work can be done in pieces. Default 0. */
  readonly first?: number;
  /** Pictures in one run. Default 32. */
  readonly batchSize?: number;
  readonly signal?: AbortSignal;
  readonly onProgress?: (fraction: number) => void;
}

/** A trained generator on a runtime: seeds in, pictures out. Same seed and device, same bits. */
export interface Sampler extends AsyncDisposable {
  readonly config: GeneratorConfig;
  /** [count, 3, S, S], -1..1. @throws VerilensError BAD_OPTION, ABORTED, DISPOSED */
  sample(request: SampleRequest): Promise<Planes>;
  dispose(): Promise<void>;
}

/** One whose pictures are a function of a vector drawn from the standard normal law. */
export interface LatentSampler extends Sampler {
  readonly latent: number;
  /** [count, latent] -> pictures. */
  decode(latents: Float32Array, options?: { readonly signal?: AbortSignal }): Promise<Planes>;
}

export interface VaeSampler extends LatentSampler {
  /** Mean and log variance of the latents of pictures, [count, latent] each. */
  encode(
    pictures: Planes,
    options?: { readonly signal?: AbortSignal },
  ): Promise<{ readonly mean: Float32Array; readonly logVariance: Float32Array }>;
}

/** One that takes noise out of pictures step by step. */
export interface DiffusionSampler extends Sampler {
  sample(request: SampleRequest & Pick<DdimOptions, 'steps' | 'eta'>): Promise<Planes>;
  /** Noise to pictures, for noise of your own or of `invert` (then with `clip: false`). */
  denoise(noise: Planes, options?: DdimOptions & { readonly clip?: boolean }): Promise<Planes>;
  /** Pictures to the noise that `denoise` with the same `steps` and `clip: false` makes them of. */
  invert(pictures: Planes, options?: InversionOptions): Promise<Planes>;
}
