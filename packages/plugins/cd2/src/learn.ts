import type { Runtime } from '@verilens/core';
import type { Cd2Config } from './config.ts';
import { distil, type Distilled, phiOf } from './distil.ts';
import { grownHead, imprintedHead } from './head.ts';
import { type Knowledge, type Lesson, placesByOwner } from './knowledge.ts';
import { type Embedder, meanRow, openBackbone, openHead, type Reader } from './network.ts';
import { joinPlanes, planeSize, type Planes } from './pixels.ts';
import { type BothParameters, trainBase, type TrainingOptions } from './train-base.ts';
import { trainIncrement } from './train-increment.ts';

/** Of a session's progress. */
const TRAINING_SHARE = 0.7;

export type Stage = 'training' | 'distilling';

export interface LearnOptions {
  readonly runtime: Runtime;
  readonly config: Cd2Config;
  readonly seed: number;
  readonly signal?: AbortSignal;
  readonly onProgress?: (fraction: number, stage: Stage) => void;
}

/** One session: the first trains everything, later ones the head; both end by distilling the pictures they were given. */
export async function learnLesson(knowledge: Knowledge | undefined, lesson: Lesson, options: LearnOptions): Promise<Knowledge> {
  const { runtime, config, onProgress } = options;
  const training: TrainingOptions = {
    ...options,
    // every session of a learner draws its own numbers
    seed: options.seed + 1000 * (knowledge?.sessions ?? 0),
    onProgress: (fraction) => onProgress?.(TRAINING_SHARE * fraction, 'training'),
  };
  const parameters = knowledge === undefined ? await base(lesson, training) : await increment(knowledge, lesson, training);
  await using model = await openModel(runtime, config, parameters);
  const distilled = await distilLesson(knowledge, lesson, model, parameters, {
    ...training,
    onProgress: (fraction) => onProgress?.(TRAINING_SHARE + (1 - TRAINING_SHARE) * fraction, 'distilling'),
  });
  onProgress?.(1, 'distilling');
  return {
    labels: lesson.labels,
    seen: counts(knowledge, lesson),
    baseClasses: knowledge?.baseClasses ?? lesson.labels.length,
    sessions: (knowledge?.sessions ?? 0) + 1,
    ...parameters,
    memory: memorised(knowledge, lesson, distilled.pictures, config),
  };
}

/** The first session: everything is trained, then the rows become the means of their classes if the configuration says so. */
export async function base(lesson: Lesson, options: TrainingOptions): Promise<BothParameters> {
  const trained = await trainBase(lesson, options);
  if (!options.config.imprint) return trained;
  await using model = await openModel(options.runtime, options.config, trained);
  const { hidden } = await model.reader.read(await model.embedder.features(lesson.pictures, options.signal));
  const places = placesByOwner(lesson.owners);
  const means = lesson.labels.map((_, owner) => meanRow(hidden, places.get(owner)!));
  return { backbone: trained.backbone, head: imprintedHead(trained.head, means, options.seed) };
}

async function increment(knowledge: Knowledge, { pictures, owners, labels }: Lesson, options: TrainingOptions): Promise<BothParameters> {
  const { runtime, config, signal, seed } = options;
  await using model = await openModel(runtime, config, knowledge);
  const fresh = { features: await model.embedder.features(pictures, signal), owners };
  const remembered = await model.embedder.features(knowledge.memory, signal);
  const { logits: before } = await model.reader.read(remembered, signal);
  const { hidden } = await model.reader.read(fresh.features, signal);
  const places = placesByOwner(owners);
  const fromClass = knowledge.labels.length;
  const newRows = labels.slice(fromClass).map((_, i) => meanRow(hidden, places.get(fromClass + i)!));
  const each = config.distillation.pictures;
  const head = await trainIncrement(
    fresh,
    { features: remembered, owners: Int32Array.from({ length: remembered.count }, (_, i) => Math.floor(i / each)), before },
    grownHead(knowledge.head, newRows, seed),
    { ...options, baseClasses: knowledge.baseClasses },
  );
  return { backbone: knowledge.backbone, head };
}

/** Distils the session's pictures. A class that was known stands there with its made pictures too, each for its share of those seen. */
async function distilLesson(
  knowledge: Knowledge | undefined,
  { pictures, owners }: Lesson,
  { embedder, reader }: Model,
  parameters: BothParameters,
  options: TrainingOptions,
): Promise<Distilled> {
  const classes = [...placesByOwner(owners).keys()].sort((a, b) => a - b);
  const each = options.config.distillation.pictures;
  const again = classes.filter((owner) => owner < (knowledge?.labels.length ?? 0));
  let all: Planes = pictures;
  const allOwners = [...owners];
  const weights = allOwners.map(() => 1);
  for (const owner of again) {
    const size = planeSize(pictures.side);
    const { memory, seen } = knowledge!;
    all = joinPlanes(all, { count: each, side: memory.side, data: memory.data.subarray(owner * each * size, (owner + 1) * each * size) });
    for (let k = 0; k < each; k++) {
      allOwners.push(owner);
      weights.push(seen[owner]! / each);
    }
  }
  const { hidden, logits } = await reader.read(await embedder.features(all, options.signal), options.signal);
  return distil(classes, { pictures: all, owners: Int32Array.from(allOwners), weights, phi: phiOf(hidden, logits) }, parameters, options);
}

function counts(knowledge: Knowledge | undefined, { owners, labels }: Lesson): number[] {
  const seen = labels.map((_, i) => knowledge?.seen[i] ?? 0);
  for (const owner of owners) seen[owner]!++;
  return seen;
}

function memorised(knowledge: Knowledge | undefined, { owners, labels }: Lesson, made: Planes, config: Cd2Config): Planes {
  const each = config.distillation.pictures;
  const size = each * planeSize(config.side);
  const data = new Float32Array(labels.length * size);
  if (knowledge !== undefined) data.set(knowledge.memory.data);
  const classes = [...placesByOwner(owners).keys()].sort((a, b) => a - b);
  classes.forEach((owner, i) => data.set(made.data.subarray(i * size, (i + 1) * size), owner * size));
  return { count: labels.length * each, side: config.side, data };
}

/** Backbone and head on a runtime. */
export interface Model extends AsyncDisposable {
  readonly embedder: Embedder;
  readonly reader: Reader;
}

export async function openModel(runtime: Runtime, config: Cd2Config, { backbone, head }: BothParameters): Promise<Model> {
  const embedder = await openBackbone(runtime, config, backbone);
  try {
    const reader = await openHead(runtime, config, head);
    return {
      embedder,
      reader,
      async [Symbol.asyncDispose]() {
        await embedder.dispose();
        await reader.dispose();
      },
    };
  } catch (error) {
    await embedder.dispose();
    throw error;
  }
}
