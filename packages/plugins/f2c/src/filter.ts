import { add, complexAbs, constant, fft2, irfft2, log, mul, radialFrequency, rfft2, sub, type Complex, type Sym } from '@verilens/nn';
import type { F2cConfig } from './config.ts';
import { weightsOf } from './weight.ts';

/**
 * What the classifier sees of tiles [N, 3, S, S] of values 0..1, before it is scaled: the spectrum of each channel times the
 * weight, and back (real, mean 0), or its log amplitudes. Products with constant matrices throughout: no FFT operator needed.
 */
export function filtered(config: F2cConfig, tiles: Sym): Sym {
  if (config.feed === 'spectrum') {
    const spectrum = weighted(config, fft2(tiles), false);
    return log(add(complexAbs(spectrum), 1));
  }
  if (config.view === 'pixels') return sub(tiles, 0.5);
  return irfft2(weighted(config, rfft2(tiles), true), { width: config.tile });
}

function weighted(config: F2cConfig, spectrum: Complex, half: boolean): Complex {
  const { tile } = config;
  const weights = weightsOf(config, radialFrequency([tile, tile], { half }));
  const columns = half ? tile / 2 + 1 : tile;
  const factor = constant(Float32Array.from(weights), [tile, columns]);
  return { re: mul(spectrum.re, factor), im: mul(spectrum.im, factor) };
}
