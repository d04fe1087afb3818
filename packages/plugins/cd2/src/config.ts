import { presetNamed } from '@verilens/core';

/** Everything that fixes the network and how it learns. A learner's file holds the name of its preset and refuses another. */
export interface Cd2Config {
  readonly preset: string;
  /** Side of the square picture the network sees, in pixels. */
  readonly side: number;
  readonly backbone: { readonly kind: 'conv4'; readonly widths: readonly number[] } | { readonly kind: 'resnet12' };
  /** `linear`: the paper's fully connected last layer. `cosine`: the angle to each class, times `scale`. */
  readonly classifier: 'linear' | 'cosine';
  /** Logit of a cosine of 1. Only for `cosine`. */
  readonly scale: number;
  /** The features are added to what the perceptron makes of them: classes that the base session never saw are still told apart. */
  readonly residual: boolean;
  /** After the base session the rows of its classes become the mean hidden vectors of the classes, as rows of later classes begin. */
  readonly imprint: boolean;
  readonly batchSize: number;
  readonly weightDecay: number;
  readonly base: {
    readonly epochs: number;
    /** At least and at most this many steps, however many pictures there are. */
    readonly steps: readonly [least: number, most: number];
    readonly rate: number;
    /** Pictures are moved by up to this share of the side, and enlarged or shrunk by as much. */
    readonly shift: number;
    readonly flip: boolean;
    /** Mixup and CutMix, one of them in turn, with this chance for a batch. */
    readonly mix: number;
  };
  readonly increment: { readonly steps: number; readonly rate: number };
  readonly distillation: {
    /** Made pictures of each class: K of the paper. */
    readonly pictures: number;
    readonly steps: number;
    /** Step in pixel values 0..1. */
    readonly rate: number;
    readonly momentum: number;
  };
  readonly retention: {
    /** alpha of the structure loss: adaptive as in the paper times this; 0 leaves the loss out. */
    readonly structure: number;
    /** beta of the feature loss; 0 leaves it out. */
    readonly feature: number;
  };
  /** Rows of new pictures, and of remembered ones, in one incremental step at most: bounds memory and time for many classes. */
  readonly rows: number;
}

const small: Cd2Config = {
  preset: 'small',
  side: 32,
  backbone: { kind: 'conv4', widths: [32, 64, 64, 64] },
  classifier: 'cosine',
  scale: 16,
  residual: true,
  imprint: true,
  batchSize: 64,
  weightDecay: 5e-4,
  base: { epochs: 15, steps: [150, 4000], rate: 0.05, shift: 0.1, flip: false, mix: 0 },
  increment: { steps: 100, rate: 0.02 },
  distillation: { pictures: 2, steps: 150, rate: 0.2, momentum: 0.5 },
  retention: { structure: 1, feature: 0.1 },
  rows: 256,
};

/**
 * `small`: trains in a minute or two on two cores. `paper`: the network and the schedule of the CIFAR-100 experiments, for a
 * real GPU. `tiny`: for tests and for trying things out.
 */
export const PRESETS: Readonly<Record<'small' | 'paper' | 'tiny', Cd2Config>> = {
  small,
  paper: {
    ...small,
    preset: 'paper',
    backbone: { kind: 'resnet12' },
    classifier: 'linear',
    residual: false,
    imprint: false,
    batchSize: 128,
    base: { epochs: 150, steps: [150, 1e6], rate: 0.25, shift: 0.125, flip: true, mix: 0.5 },
    increment: { steps: 200, rate: 0.25 },
    distillation: { pictures: 2, steps: 1000, rate: 0.2, momentum: 0 },
  },
  tiny: {
    ...small,
    preset: 'tiny',
    side: 16,
    backbone: { kind: 'conv4', widths: [16, 32] },
    batchSize: 16,
    base: { ...small.base, epochs: 4, steps: [30, 200] },
    increment: { steps: 40, rate: 0.02 },
    distillation: { pictures: 2, steps: 30, rate: 0.2, momentum: 0.5 },
  },
};

export type PresetName = keyof typeof PRESETS;

/** @throws VerilensError UNKNOWN_NAME with the presets there are */
export function configOf(preset: string): Cd2Config {
  return PRESETS[presetNamed(Object.keys(PRESETS) as PresetName[], preset, PLACE)];
}

/** Width of the features and of the classifier's inner layers. */
export function featureWidth({ backbone }: Cd2Config): number {
  return backbone.kind === 'resnet12' ? 640 : backbone.widths.at(-1)!;
}

export const PLACE = 'plugin cd2';
