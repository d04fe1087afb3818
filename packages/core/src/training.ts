import type { ModelCard } from './model-card.ts';
import type { Runtime } from './runtime.ts';

/** Named byte blobs a training run can resume from. `folderStore` of `@verilens/core/node` keeps them on disk. */
export interface CheckpointStore {
  /** Undefined when there is none of that name. */
  read(name: string): Promise<Uint8Array | undefined>;
  /** Atomic: a reader sees the old bytes or the new ones, never a part. */
  write(name: string, bytes: Uint8Array): Promise<void>;
}

export interface TrainProgress {
  readonly step: number;
  readonly steps: number;
  readonly loss: number;
  readonly learningRate: number;
  readonly metrics: Readonly<Record<string, number>>;
}

export interface TrainOptions {
  readonly runtime: Runtime;
  readonly preset: string;
  readonly seed: number;
  readonly signal?: AbortSignal;
  readonly onProgress?: (progress: TrainProgress) => void;
  /** Where to keep checkpoints; a run finds its own last one there and goes on from it. */
  readonly checkpoints?: CheckpointStore;
  /** Steps between checkpoints. */
  readonly checkpointEvery?: number;
}

/** The exported inference models, each with its card. */
export interface TrainResult {
  readonly models: readonly { readonly file: string; readonly onnx: Uint8Array; readonly card: ModelCard }[];
  /** Parameters as safetensors. */
  readonly parameters: readonly { readonly file: string; readonly bytes: Uint8Array }[];
  readonly summary: Readonly<Record<string, number | string>>;
}
