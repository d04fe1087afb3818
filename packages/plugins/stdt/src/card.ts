import { sha256, type ModelCard } from '@verilens/core';
import { bagLength, type StdtConfig } from './config.ts';
import { patchLength } from './traces.ts';

export const PAPER: NonNullable<ModelCard['paper']> = {
  title: 'Deepfake Video Detection with Spatiotemporal Dropout Transformer',
  venue: 'ACM Multimedia',
  year: 2022,
  url: 'https://arxiv.org/abs/2207.06612',
};

/** What the small networks do otherwise than the paper, and what they cannot do. */
const NOTES: readonly string[] = [
  'Two networks instead of one: temporal traces and spatial traces have separate scores and separate thresholds.',
  'A patch shows the absolute second temporal difference (temporal) or the energy of two frequency bands against the mean of the face (spatial), not pixels: colours did not lead small networks to temporal traces, and led the spatial one to know people instead of forgeries.',
  'Each patch carries the embedding of its true grid cell and frame, not of its rank in the bag.',
  'Width 64, 4 blocks, 64-pixel faces, trained from scratch; the paper builds on ViT-Base.',
  'Trained on forgeries made by this project (inner faces put on, mouths replaced, self-blends, resampled faces); generators of other kinds are not covered by any figure on this card.',
  'Judges runs of neighbouring frames at about 25 to 30 frames a second, of faster video every second frame or fewer; strongly compressed, re-filmed or frame-dropped video was not tested.',
  'Trained on very few people; error rates by group are unknown.',
];

export interface CardFacts {
  readonly part: 'temporal' | 'spatial';
  readonly config: StdtConfig;
  readonly onnx: Uint8Array;
  readonly command: string;
  readonly seed: number;
  readonly data: readonly string[];
}

/** A card without calibration; that is set once the network has been scored on clips kept for it. */
export async function networkCard({ part, config, onnx, command, seed, data }: CardFacts): Promise<ModelCard> {
  const count = bagLength(config);
  return {
    name: `stdt/${part}`,
    version: '1',
    sha256: await sha256(onnx),
    licence: 'MIT',
    inputs: [
      { name: 'patches', dtype: 'float32', shape: ['batch', count, patchLength(config)] },
      { name: 'cells', dtype: 'int32', shape: ['batch', count] },
      { name: 'frames', dtype: 'int32', shape: ['batch', count] },
    ],
    outputs: [{ name: 'logits', dtype: 'float32', shape: ['batch', 2] }],
    paper: PAPER,
    training: { command, seed, data },
    notes: NOTES,
  };
}
