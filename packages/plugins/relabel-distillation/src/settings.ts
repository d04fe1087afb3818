import { VerilensError } from '@verilens/core';
import { PLACE, share, whole } from './config.ts';
import type { RelabelDistillationOptions } from './index.ts';

/** The factory's options, every choice made. */
export interface RelabelSettings {
  readonly neighbours: number;
  readonly around: 'latent' | 'noise';
  readonly labels: 'auto' | 'class' | 'value';
  readonly grid: number;
  readonly sigma: number | undefined;
  readonly soft: number;
  readonly temperature: number;
  readonly penalty: number;
  readonly map: 'evidence' | 'importance';
  readonly smooth: number;
}

/** @throws VerilensError BAD_OPTION */
export function settled(options: RelabelDistillationOptions): RelabelSettings {
  const { sigma, soft = 0.5 } = options;
  return {
    neighbours: whole('neighbours', options.neighbours ?? 300, 20, 1e5),
    around: oneOf('around', options.around ?? 'latent', ['latent', 'noise']),
    labels: oneOf('labels', options.labels ?? 'auto', ['auto', 'class', 'value']),
    grid: whole('grid', options.grid ?? 14, 2, 128),
    sigma: sigma === undefined ? undefined : share('sigma', sigma, 0, 100),
    soft: soft === 0 ? 0 : share('soft', soft, 0, 1),
    temperature: share('temperature', options.temperature ?? 2, 0, 100),
    penalty: share('penalty', options.penalty ?? 2e-4, 0, 1e3),
    map: oneOf('map', options.map ?? 'evidence', ['evidence', 'importance']),
    smooth: whole('smooth', options.smooth ?? 1, 0, 16),
  };
}

function oneOf<T extends string>(option: string, value: T, allowed: readonly T[]): T {
  if (allowed.includes(value)) return value;
  throw new VerilensError('BAD_OPTION', `${option} is not known`, { place: PLACE, expected: allowed.join(' or '), got: String(value) });
}
