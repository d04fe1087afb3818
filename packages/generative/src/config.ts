import { VerilensError } from '@verilens/core';
import { UPSAMPLINGS, type Upsampling } from './upsampling.ts';

export const GENERATOR_KINDS = ['vae', 'gan', 'ddpm'] as const;
export type GeneratorKind = (typeof GENERATOR_KINDS)[number];

interface Sizes {
  /** Side of the square RGB pictures in pixels: 8, 16, 32, 64 or 128. */
  readonly size: number;
  /** Channels at each resolution; which end comes first is said at each kind. */
  readonly widths: readonly number[];
}

/** Kingma and Welling, Auto-Encoding Variational Bayes, ICLR 2014, with convolutions. */
export interface VaeConfig extends Sizes {
  readonly kind: 'vae';
  /** From the full resolution down; each halves the side. The decoder takes them backwards. */
  readonly widths: readonly number[];
  readonly latent: number;
  /** Weight of the Kullback-Leibler term against the squared error of a whole picture. */
  readonly beta: number;
  readonly upsampling: Upsampling;
}

/** Miyato et al., Spectral Normalization for Generative Adversarial Networks, ICLR 2018, with the hinge loss. */
export interface GanConfig extends Sizes {
  readonly kind: 'gan';
  /** Of the generator, from the smallest map up; each step doubles the side. */
  readonly widths: readonly number[];
  /** Of the discriminator, from the full resolution down. */
  readonly critic: readonly number[];
  readonly latent: number;
  readonly upsampling: Upsampling;
}

/** What a diffusion network is asked for: the noise as in Ho et al. 2020, or the velocity of Salimans and Ho 2022. */
export const PREDICTIONS = ['noise', 'velocity'] as const;
export type Prediction = (typeof PREDICTIONS)[number];

/** Ho et al., Denoising Diffusion Probabilistic Models, NeurIPS 2020, on a small U-Net. */
export interface DdpmConfig extends Sizes {
  readonly kind: 'ddpm';
  /**
   * Errors of a predicted noise are divided by the little signal that is left where sampling begins; those of a velocity are not,
   * so that networks trained for minutes get further with it.
   */
  readonly predicts: Prediction;
  /** From the full resolution down; each step but the first halves the side. Multiples of `groups`. */
  readonly widths: readonly number[];
  /** Groups of the group normalisations. */
  readonly groups: number;
  /** Steps of the noising process: T. */
  readonly times: number;
  readonly schedule: 'linear' | 'cosine';
  readonly upsampling: Upsampling;
}

export type GeneratorConfig = VaeConfig | GanConfig | DdpmConfig;

/** Sizes that train in minutes on one core at 32 pixels; `size: 64` works with the same widths, four times slower. */
export const SMALL_GENERATORS: { readonly vae: VaeConfig; readonly gan: GanConfig; readonly ddpm: DdpmConfig } = {
  vae: { kind: 'vae', size: 32, widths: [24, 48, 64], latent: 64, beta: 0.1, upsampling: 'nearest' },
  gan: { kind: 'gan', size: 32, widths: [64, 48, 32, 16], critic: [32, 64, 96], latent: 64, upsampling: 'nearest' },
  ddpm: {
    kind: 'ddpm',
    size: 32,
    widths: [16, 32, 64],
    groups: 8,
    times: 1000,
    schedule: 'cosine',
    predicts: 'velocity',
    upsampling: 'nearest',
  },
};

/** @throws VerilensError BAD_OPTION saying which sizes do not fit together */
export function checkConfig<C extends GeneratorConfig>(config: C): C {
  const bad = (expected: string, got: string): never => {
    throw new VerilensError('BAD_OPTION', 'sizes do not fit together', { place: `generative ${config.kind}`, expected, got });
  };
  const whole = (name: string, value: number, least = 1): void => {
    if (!(Number.isInteger(value) && value >= least)) bad(`${name} a whole number from ${least}`, String(value));
  };
  if (!(GENERATOR_KINDS as readonly string[]).includes(config.kind)) bad(GENERATOR_KINDS.join(', '), String(config.kind));
  if (!UPSAMPLINGS.includes(config.upsampling)) bad(`upsampling ${UPSAMPLINGS.join(', ')}`, String(config.upsampling));
  whole('size', config.size, 8);
  if (config.widths.length === 0) bad('one width or more', 'none');
  for (const width of config.widths) whole('widths', width);
  const halvings = config.kind === 'vae' ? config.widths.length : config.widths.length - 1;
  if (!Number.isInteger(config.size / 2 ** halvings) || config.size / 2 ** halvings < 2)
    bad(`a size that can be halved ${halvings} times down to 2 or more`, String(config.size));
  if (config.kind === 'ddpm') {
    whole('times', config.times, 2);
    whole('groups', config.groups);
    if (!PREDICTIONS.includes(config.predicts)) bad(`predicts ${PREDICTIONS.join(' or ')}`, String(config.predicts));
    for (const width of config.widths) if (width % config.groups !== 0) bad(`widths in multiples of ${config.groups}`, String(width));
  } else whole('latent', config.latent);
  if (config.kind === 'vae' && !(config.beta >= 0 && Number.isFinite(config.beta))) bad('beta from 0', String(config.beta));
  if (config.kind === 'gan') {
    for (const width of config.critic) whole('critic', width);
    if (config.critic.length === 0 || !Number.isInteger(config.size / 2 ** config.critic.length))
      bad('a size the critic can halve once for each of its widths', `${config.size} and ${config.critic.length}`);
  }
  return config;
}
