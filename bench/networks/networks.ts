import { cnn, conv3dNet, resnet8, type Network } from './conv-nets.ts';
import { patches, vit, type VitConfig } from './vit.ts';

/** A network that is timed: what it sees, how it is trained, and what was reached before. */
export interface NetworkCase {
  /** Chooses the forward pass of `peers/networks.py`, with its sizes. */
  readonly config: Readonly<Record<string, string | number>>;
  /** Of one sample. */
  readonly input: readonly number[];
  readonly batch: number;
  readonly classes: number;
  readonly optimizer: 'sgd' | 'adamw';
  readonly learningRate: number;
  /** Ratios of a training step to PyTorch's that an earlier prototype reached: a step above one has lost something. */
  readonly floor?: Readonly<Record<'cpu' | 'wasm', number>>;
  readonly make: () => Network;
}

const transformer = (config: VitConfig, batch: number, floor?: NetworkCase['floor']): NetworkCase => ({
  config: { kind: 'vit', ...config },
  input: [patches(config), config.patch],
  batch,
  classes: config.classes,
  optimizer: 'adamw',
  learningRate: 1e-3,
  floor,
  make: () => vit(config) as unknown as Network,
});

const SGD = { optimizer: 'sgd', learningRate: 0.05, classes: 10 } as const;

/** By name. `stdt` has the sizes of the small networks of the STDT plugin. */
export const NETWORKS: Readonly<Record<string, NetworkCase>> = {
  cnn: {
    ...SGD,
    config: { kind: 'cnn' },
    input: [3, 32, 32],
    batch: 64,
    floor: { cpu: 1.15, wasm: 4.5 },
    make: () => cnn({ channels: 3, size: 32, classes: 10 }),
  },
  resnet8: {
    ...SGD,
    config: { kind: 'resnet8' },
    input: [3, 32, 32],
    batch: 64,
    floor: { cpu: 1.6, wasm: 5 },
    make: () => resnet8({ channels: 3, classes: 10 }),
  },
  conv3d: {
    ...SGD,
    config: { kind: 'conv3d' },
    input: [3, 8, 32, 32],
    batch: 8,
    floor: { cpu: 2.8, wasm: 8 },
    make: () => conv3dNet({ channels: 3, classes: 10 }),
  },
  vit64: transformer({ width: 64, depth: 4, heads: 4, mlpRatio: 4, tokens: 17, patch: 192, classes: 10, pool: 'mean' }, 32, {
    cpu: 0.65,
    wasm: 1.6,
  }),
  vit192: transformer({ width: 192, depth: 4, heads: 3, mlpRatio: 4, tokens: 65, patch: 48, classes: 10, pool: 'mean' }, 16, {
    cpu: 0.9,
    wasm: 3.3,
  }),
  stdt: transformer({ width: 64, depth: 4, heads: 4, mlpRatio: 2, tokens: 65, patch: 192, classes: 2, pool: 'class-token' }, 32),
};

/** One batch that every contender sees: noise from a counter, labels in turn. */
export function batchOf({ input, batch, classes }: NetworkCase): { readonly x: Float32Array; readonly y: Int32Array } {
  const x = new Float32Array(input.reduce((size, n) => size * n, batch));
  let state = 1;
  for (let i = 0; i < x.length; i++) {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    x[i] = state / 2 ** 32 - 0.5;
  }
  return { x, y: Int32Array.from({ length: batch }, (_, i) => i % classes) };
}
