import { type ModelCard, sha256, type TensorSpec } from '@verilens/core';
import type { VaeConfig } from './config.ts';

const NOTES: readonly string[] = [
  'After the abstract and a secondary summary of the paper: its VAE, its losses and its figures are not known to us.',
  'A small VAE blurs: what it cannot draw, an explanation cannot point to. Each explanation reports its error on the picture.',
  'The decoder makes neighbours of a picture; it is no generator of pictures to look at.',
];

export async function vaeCard(
  half: 'encoder' | 'decoder',
  facts: {
    readonly config: VaeConfig;
    readonly onnx: Uint8Array;
    readonly preset: string;
    readonly command: string;
    readonly seed: number;
    readonly data: readonly string[];
    readonly version: number;
  },
): Promise<ModelCard> {
  const { side, latent } = facts.config;
  const pictures: TensorSpec = { name: 'pictures', dtype: 'float32', shape: ['batch', 3, side, side] };
  const vector = (name: string): TensorSpec => ({ name, dtype: 'float32', shape: ['batch', latent] });
  return {
    name: `relabel-distillation/${facts.preset} ${half}`,
    version: String(facts.version),
    sha256: await sha256(facts.onnx),
    licence: 'MIT',
    inputs: half === 'encoder' ? [pictures] : [vector('latent')],
    outputs: half === 'encoder' ? [vector('mean'), vector('logVariance')] : [pictures],
    paper: {
      title: 'Interpret the Predictions of Deep Networks via Re-Label Distillation',
      venue: 'ICME',
      year: 2021,
      url: 'https://arxiv.org/abs/2409.13137',
    },
    training: { command: facts.command, seed: facts.seed, data: facts.data },
    notes: NOTES,
  };
}
