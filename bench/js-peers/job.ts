import type { VitConfig } from '../networks/vit.ts';

/** What a process with a peer's engine is asked to train. */
export interface Job {
  readonly engine: 'jax-js' | 'tfjs';
  readonly backend: string;
  readonly kind: 'cnn' | 'resnet8' | 'conv3d' | 'vit';
  /** Of a ViT. */
  readonly vit?: Pick<VitConfig, 'width' | 'depth' | 'heads'>;
  readonly optimizer: 'sgd' | 'adamw';
  readonly learningRate: number;
  readonly weightDecay: number;
  readonly classes: number;
  readonly threads: number;
  readonly params: Readonly<Record<string, Values>>;
  readonly x: Values;
  readonly y: Int32Array;
}

export interface Values {
  readonly data: Float32Array;
  readonly shape: readonly number[];
}

/** One training step; gives the loss before it. */
export type PeerStep = () => Promise<number>;

/** What the process says: a step that was done (and the CPU time it used since its start), or why there is none. */
export type Said = { readonly loss: number; readonly ms: number; readonly cpuSeconds: number } | { readonly failed: string };
