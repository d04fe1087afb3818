import { VerilensError } from '@verilens/core';

export const PLACE = 'plugin f2c';

/**
 * What of a picture the classifier sees. `f2c` is the method; the others are what it is compared with: the pixels themselves,
 * every frequency above tau alike, or the highest ones alone.
 */
export const VIEWS = ['f2c', 'pixels', 'high-pass', 'top-band'] as const;
export type View = (typeof VIEWS)[number];

export interface F2cConfig {
  /** Side of the square tile the network sees, in pixels of the picture. */
  readonly tile: number;
  readonly view: View;
  /** Unit of f in the weight: cycles per pixel (0..0.5 along an axis), or 1 at 0.5 cycles per pixel. */
  readonly unit: 'cycles' | 'nyquist';
  /** Frequencies up to this one, in `unit`, are taken away. At least 0.0635, below which the weight would be negative. */
  readonly tau: number;
  /** `image`: the filtered picture, back from the spectrum. `spectrum`: log(1 + amplitude) of the filtered spectrum. */
  readonly feed: 'image' | 'spectrum';
  readonly backbone: { readonly kind: 'cnn4'; readonly widths: readonly [number, number, number, number] } | { readonly kind: 'resnet50' };
}

/** Root of k(f): the weight is negative below. */
export const LEAST_TAU = 0.0635;

/** From which frequency on `top-band` sees, in cycles per pixel. */
export const TOP_BAND = 0.35;

/**
 * `paper`: 256-pixel tiles and ResNet-50, for a real GPU, never trained here. `small`: 32-pixel tiles and four convolutions,
 * the sizes the small generators of this project make.
 */
export const CONFIGS: { readonly paper: F2cConfig; readonly small: F2cConfig } = {
  paper: { tile: 256, view: 'f2c', unit: 'cycles', tau: 0.1, feed: 'image', backbone: { kind: 'resnet50' } },
  small: { tile: 32, view: 'f2c', unit: 'cycles', tau: 0.1, feed: 'image', backbone: { kind: 'cnn4', widths: [16, 32, 64, 64] } },
};

/** @throws VerilensError BAD_OPTION */
export function checkConfig(config: F2cConfig): F2cConfig {
  const bad = (expected: string, got: string): never => {
    throw new VerilensError('BAD_OPTION', 'a configuration that cannot be used', { place: PLACE, expected, got });
  };
  if (!(Number.isInteger(config.tile) && config.tile >= 16 && config.tile <= 512)) bad('a tile of 16 to 512 pixels', String(config.tile));
  if (config.tile % 2 !== 0) bad('an even tile', String(config.tile));
  if (!(config.tau >= LEAST_TAU && config.tau < 1)) bad(`tau from ${LEAST_TAU} to 1`, String(config.tau));
  if (!VIEWS.includes(config.view)) bad(VIEWS.join(', '), String(config.view));
  return config;
}
