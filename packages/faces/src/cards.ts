import type { ModelCard, TensorSpec } from '@verilens/core';
import { INPUT_SIZE, type BlazeFaceVariant } from './anchors.ts';

const outputs: readonly TensorSpec[] = [
  { name: 'Identity:0', dtype: 'float32', shape: [1, 512, 1] },
  { name: 'Identity_1:0', dtype: 'float32', shape: [1, 384, 1] },
  { name: 'Identity_2:0', dtype: 'float32', shape: [1, 512, 16] },
  { name: 'Identity_3:0', dtype: 'float32', shape: [1, 384, 16] },
];

function card(variant: BlazeFaceVariant, sha256: string): ModelCard {
  const side = INPUT_SIZE[variant];
  return {
    name: `blazeface-${variant}`,
    version: '1.2.0',
    sha256,
    licence: 'Apache-2.0',
    inputs: [{ name: 'input:0', dtype: 'float32', shape: [1, side, side, 3] }],
    outputs,
    paper: {
      title: 'BlazeFace: Sub-millisecond Neural Face Detection on Mobile GPUs',
      venue: 'CVPR Workshop on Computer Vision for Augmented and Virtual Reality',
      year: 2019,
      url: 'https://arxiv.org/abs/1907.05047',
    },
    notes: [
      'Input is RGB, -1..1, channels last.',
      "Key points in order: right eye, left eye, nose tip, mouth centre, right ear, left ear (the subject's sides).",
      'Anchors, decoding and suppression are not in the graph; this package does them.',
      "Profiles, faces rolled by more than about 45 degrees and faces below about 4 % of the picture's side are often missed.",
    ],
  };
}

/** Cards of the two model files in this package's `models` folder; their SHA-256 is checked on loading. */
export const FACE_MODEL_CARDS: Readonly<Record<BlazeFaceVariant, ModelCard>> = {
  front: card('front', 'd388b1cf8a5f6f1af2b3f4c14f6d0f138bab970cd618cccd12dddb7484e82e51'),
  back: card('back', '427cbbe0fc41448d09e1dc9cfabe2423d997cf2faaeab91fadd09a510b63b8e2'),
};
