import type { Runtime } from '@verilens/core';
import {
  cosine,
  createTrainer,
  crossEntropy,
  fit,
  float32,
  module,
  type Parameters,
  random,
  sgd,
  targetOf,
  trainingStep,
  type Sym,
} from '@verilens/nn';
import { backboneOf } from './backbone.ts';
import { augmentedBatch, cyclicPlaces } from './batches.ts';
import type { Cd2Config } from './config.ts';
import { headOf } from './head.ts';
import type { Lesson } from './knowledge.ts';

export interface TrainingOptions {
  readonly runtime: Runtime;
  readonly config: Cd2Config;
  readonly seed: number;
  readonly signal?: AbortSignal;
  readonly onProgress?: (fraction: number) => void;
}

export interface BothParameters {
  readonly backbone: Parameters;
  readonly head: Parameters;
}

/** Base session: backbone and head from nothing, or from `start` (for plain fine-tuning), by cross-entropy. */
export async function trainBase(
  { pictures, owners, labels }: Lesson,
  options: TrainingOptions,
  start?: BothParameters,
): Promise<BothParameters> {
  const { runtime, config, seed, signal, onProgress } = options;
  const { batchSize, base } = config;
  const [backbone, head] = [backboneOf(config), headOf(config, labels.length)];
  const both = module('cd2', { backbone, head }, (p, x: Sym) => head.apply(p.head, backbone.apply(p.backbone, x)).logits);
  const step = trainingStep({
    module: both,
    inputs: { pictures: float32([batchSize, 3, config.side, config.side]), targets: float32([batchSize, labels.length]) },
    loss: (p, inputs) => ({ loss: crossEntropy(both.apply(p, inputs.pictures), inputs.targets) }),
    optimizer: sgd({ momentum: 0.9, weightDecay: config.weightDecay }),
    clipNorm: 5,
    target: targetOf(runtime),
  });
  const [least, most] = base.steps;
  const steps = Math.min(most, Math.max(least, base.epochs * Math.ceil(pictures.count / batchSize)));
  const init = start === undefined ? undefined : new Map([...prefixed(start.backbone, 'backbone.'), ...prefixed(start.head, 'head.')]);
  await using trainer = await createTrainer(step, { runtime, seed, ...(init === undefined ? {} : { init }) });
  const places = cyclicPlaces(pictures.count, batchSize, seed);
  await fit({
    trainer,
    steps,
    schedule: cosine({ peak: base.rate, steps, warmup: Math.ceil(0.03 * steps) }),
    batch: (at) => augmentedBatch(pictures, owners, places(at), labels.length, base, random(seed, 'cd2 augment', at)),
    signal,
    onProgress: ({ step: done }) => onProgress?.(done / steps),
  });
  const trained = trainer.parameters();
  return { backbone: part(trained, 'backbone.'), head: part(trained, 'head.') };
}

/** All of them, each name with this before it. */
export function prefixed(parameters: Parameters, prefix: string): Parameters {
  return new Map([...parameters].map(([name, value]) => [prefix + name, value]));
}

/** Those of a name's beginning, without it. */
export function part(parameters: Parameters, prefix: string): Parameters {
  return new Map(
    [...parameters].flatMap(([name, value]) => (name.startsWith(prefix) ? [[name.slice(prefix.length), value] as const] : [])),
  );
}
