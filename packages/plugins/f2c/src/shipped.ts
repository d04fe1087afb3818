import type { ModelCard, ModelSource } from '@verilens/core';
import card from '../models/f2c.json' with { type: 'json' };
import spectra from '../models/spectra.json' with { type: 'json' };
import type { RadialSpectrum } from './spectrum.ts';

/** The weights of this package. */
export function shippedModel(): { readonly source: ModelSource; readonly card: ModelCard } {
  return { source: new URL('../models/f2c.onnx', import.meta.url), card: card as ModelCard };
}

/** Mean spectra of the pictures the weights were calibrated on. */
export function shippedSpectra(): { readonly real: RadialSpectrum; readonly generated: RadialSpectrum } {
  return spectra;
}
