import { TOP_BAND, type F2cConfig } from './config.ts';

/** Fitted gap of log power between natural and generated pictures at frequency f: k of the paper. */
export function powerGap(f: number): number {
  return -0.2 * f * f + 0.8 * f - 0.05;
}

/** The frequency-selective weight: the amplitude gap expected at frequency f, 0 up to tau. */
export function frequencyWeight(f: number, tau: number): number {
  return f <= tau ? 0 : (Math.exp(powerGap(f) / 2) - 1) / f;
}

/**
 * The weight of each place of a spectrum, given its radial frequencies in cycles per pixel. Corners (up to 0.707) go by the
 * same formula.
 */
export function weightsOf(config: Pick<F2cConfig, 'view' | 'unit' | 'tau'>, radii: ArrayLike<number>): Float64Array {
  const { view, unit, tau } = config;
  const scale = unit === 'nyquist' ? 2 : 1;
  const one = (cycles: number): number => {
    if (view === 'pixels') return 1;
    if (view === 'top-band') return cycles > TOP_BAND ? 1 : 0;
    if (view === 'high-pass') return scale * cycles > tau ? 1 : 0;
    return frequencyWeight(scale * cycles, tau);
  };
  return Float64Array.from(radii, one);
}
