import {
  add,
  cosine,
  createTrainer,
  crossEntropy,
  fit,
  float32,
  int32,
  mul,
  type Parameters,
  sgd,
  type Spec,
  targetOf,
  trainingStep,
} from '@verilens/nn';
import { cyclicPlaces } from './batches.ts';
import { headOf } from './head.ts';
import type { Rows } from './network.ts';
import { featureLoss, structureLoss, structureWeight } from './retention.ts';
import type { TrainingOptions } from './train-base.ts';

/** Features of pictures, each with the place of its class. */
export interface LabelledRows {
  readonly features: Rows;
  readonly owners: Int32Array;
}

/** What the new head is held to: features of the memory and what the head before said of them. */
export interface Remembered extends LabelledRows {
  /** [memory, classes known before] */
  readonly before: Rows;
}

export interface IncrementOptions extends TrainingOptions {
  readonly baseClasses: number;
}

/**
 * Incremental session: the head alone, from a grown copy of the last one, with cross-entropy on the new pictures and on the
 * memory and both retention losses. The backbone being frozen, all pictures are features already; batch normalisation keeps
 * the statistics of the base session.
 */
export async function trainIncrement(
  fresh: LabelledRows,
  memory: Remembered,
  start: Parameters,
  options: IncrementOptions,
): Promise<Parameters> {
  const { runtime, config, seed, signal, onProgress, baseClasses } = options;
  const { steps, rate } = config.increment;
  const [classes, width] = start.get('rows')!.shape as [number, number];
  const head = headOf(config, classes);
  const freshRows = Math.min(config.rows, fresh.features.count);
  const memoryRows = Math.min(config.rows, memory.features.count);
  const alpha = config.retention.structure * structureWeight(baseClasses, classes);
  const beta = config.retention.feature;
  const known = memory.before.width;
  const inputs: Readonly<Record<string, Spec>> = {
    fresh: float32([freshRows, width]),
    freshOwners: int32([freshRows]),
    ...(memoryRows > 0 && {
      memory: float32([memoryRows, width]),
      memoryOwners: int32([memoryRows]),
      before: float32([memoryRows, known]),
    }),
  };
  const step = trainingStep({
    module: head,
    inputs,
    loss: (p, { fresh: pictures, freshOwners, memory: kept, memoryOwners, before }) => {
      const running = { statistics: 'running' } as const;
      const learned = crossEntropy(head.apply(p, pictures!, running).logits, freshOwners!);
      if (kept === undefined) return { loss: learned };
      const now = head.apply(p, kept, running).logits;
      const structure = structureLoss(before!, now);
      const feature = featureLoss(before!, now);
      const losses = [learned, crossEntropy(now, memoryOwners!)];
      if (alpha !== 0) losses.push(mul(structure, alpha));
      if (beta !== 0) losses.push(mul(feature, beta));
      return { loss: losses.reduce((total, loss) => add(total, loss)), metrics: { structure, feature } };
    },
    optimizer: sgd({ momentum: 0.9, weightDecay: config.weightDecay }),
    clipNorm: 5,
    target: targetOf(runtime),
  });
  await using trainer = await createTrainer(step, { runtime, seed, init: start });
  const freshPlaces = cyclicPlaces(fresh.features.count, freshRows, seed);
  const memoryPlaces = cyclicPlaces(memory.features.count, memoryRows, seed + 1);
  await fit({
    trainer,
    steps,
    schedule: cosine({ peak: rate, steps }),
    batch: (at) => {
      const now = freshPlaces(at);
      const batch = { fresh: pickRows(fresh.features, now), freshOwners: now.map((place) => fresh.owners[place]!) };
      if (memoryRows === 0) return batch;
      const kept = memoryPlaces(at);
      return {
        ...batch,
        memory: pickRows(memory.features, kept),
        memoryOwners: kept.map((place) => memory.owners[place]!),
        before: pickRows(memory.before, kept),
      };
    },
    signal,
    onProgress: ({ step: done }) => onProgress?.(done / steps),
  });
  return trainer.parameters();
}

function pickRows({ data, width }: Rows, places: Int32Array): Float32Array {
  const picked = new Float32Array(places.length * width);
  places.forEach((place, i) => picked.set(data.subarray(place * width, (place + 1) * width), i * width));
  return picked;
}
