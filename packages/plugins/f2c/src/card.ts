import { sha256, type ModelCard } from '@verilens/core';
import type { F2cConfig } from './config.ts';

export const PAPER: NonNullable<ModelCard['paper']> = {
  title: 'Enhancing Frequency Forgery Clues for Diffusion-Generated Image Detection',
  venue: 'arXiv',
  year: 2025,
  url: 'https://arxiv.org/abs/2511.00429',
};

/** What the small network does otherwise than the paper, and what it cannot do. */
const NOTES: readonly string[] = [
  'The weight is the one of the paper as public summaries give it; its unit of frequency is not stated there: cycles per pixel.',
  'Tiles at the resolution of the picture instead of one resized crop; the score of a picture is the mean log-odds of its tiles.',
  'Four convolutions on 32-pixel tiles, trained from nothing; the paper builds on a large pretrained network.',
  'Trained on pieces of four photographs and on small generators of this project (VAE, GAN, DDPM at 32 pixels) and an ESRGAN: what large public generators make was never shown to it and is covered by no figure on this card.',
  'Compression, blur and resizing rewrite the highest frequencies; how far is in the README.',
];

export interface CardFacts {
  readonly config: F2cConfig;
  readonly onnx: Uint8Array;
  readonly command: string;
  readonly seed: number;
  readonly data: readonly string[];
}

/** A card without calibration; that is set once the network has judged pictures kept for it. */
export async function networkCard({ config, onnx, command, seed, data }: CardFacts): Promise<ModelCard> {
  return {
    name: 'f2c',
    version: '1',
    sha256: await sha256(onnx),
    licence: 'MIT',
    inputs: [{ name: 'tiles', dtype: 'float32', shape: ['batch', 3, config.tile, config.tile] }],
    outputs: [{ name: 'logits', dtype: 'float32', shape: ['batch'] }],
    paper: PAPER,
    training: { command, seed, data },
    notes: NOTES,
  };
}
