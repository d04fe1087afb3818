import decoder from '../models/decoder.json' with { type: 'json' };
import encoder from '../models/encoder.json' with { type: 'json' };
import type { ModelCard } from '@verilens/core';
import type { VaeFiles } from './open-vae.ts';

/** The VAE of this package: 32 pixels, digits, clothes, drawn things and drawn faces. */
export const SHIPPED: VaeFiles = {
  encoder: { source: new URL('../models/encoder.onnx', import.meta.url), card: encoder as unknown as ModelCard },
  decoder: { source: new URL('../models/decoder.onnx', import.meta.url), card: decoder as unknown as ModelCard },
};
