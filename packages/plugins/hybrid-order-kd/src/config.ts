import { VerilensError } from '@verilens/core';

export const PLACE = 'plugin hybrid-order-kd';

/** The trunk of a stream and the width of its embedding. */
export type StreamConfig =
  | {
      /** 3x3 convolutions with batch normalisation and ReLU, then the mean over positions. */
      readonly kind: 'convolutions';
      readonly layers: readonly { readonly width: number; readonly stride: 1 | 2 }[];
      readonly embedding: number;
    }
  | {
      /** ResNet with basic blocks for small pictures: a 3x3 stem, then stages that halve the picture from the second on. */
      readonly kind: 'residual';
      readonly widths: readonly number[];
      /** Blocks of each stage. */
      readonly blocks: number;
      readonly embedding: number;
    };

/** Sizes of the three streams. Pictures are squares; sides in pixels. */
export interface HybridConfig {
  /** 1: brightness alone. 3: RGB. */
  readonly channels: 1 | 3;
  /** Side of the good pictures, which teacher and assistant see. */
  readonly high: number;
  /** Side of the poor pictures, which the student sees. */
  readonly low: number;
  /** Side to which the student's network enlarges them, bilinearly. */
  readonly fed: number;
  readonly teacher: StreamConfig;
  /** Of the assistant too: it has the student's network and the teacher's pictures. */
  readonly student: StreamConfig;
}

/**
 * `paper`: full size by our choice (ResNet-18 teaches a ResNet-10, embeddings of 512 numbers, 32 and 8 pixels). The
 * paper's own networks are not known to us. `small`: the least that shows the method.
 */
export const CONFIGS: { readonly paper: HybridConfig; readonly small: HybridConfig } = {
  paper: {
    channels: 3,
    high: 32,
    low: 8,
    fed: 16,
    teacher: { kind: 'residual', widths: [64, 128, 256, 512], blocks: 2, embedding: 512 },
    student: { kind: 'residual', widths: [64, 128, 256, 512], blocks: 1, embedding: 512 },
  },
  small: {
    channels: 1,
    high: 28,
    low: 7,
    fed: 14,
    teacher: {
      kind: 'convolutions',
      layers: [
        { width: 32, stride: 2 },
        { width: 32, stride: 1 },
        { width: 64, stride: 2 },
        { width: 64, stride: 1 },
        { width: 128, stride: 2 },
        { width: 128, stride: 1 },
      ],
      embedding: 128,
    },
    student: {
      kind: 'convolutions',
      layers: [
        { width: 16, stride: 1 },
        { width: 32, stride: 2 },
        { width: 64, stride: 2 },
      ],
      embedding: 64,
    },
  },
};

/** @throws VerilensError BAD_OPTION for sizes that do not fit together */
export function checkConfig(config: HybridConfig): HybridConfig {
  const { high, low, fed } = config;
  if ([high, low, fed].every((side) => Number.isInteger(side) && side >= 4) && low <= high && low <= fed) return config;
  throw new VerilensError('BAD_OPTION', 'sizes of pictures do not fit together', {
    place: PLACE,
    expected: 'whole sides of at least 4 with low <= fed and low <= high',
    got: `high ${high}, low ${low}, fed ${fed}`,
  });
}
