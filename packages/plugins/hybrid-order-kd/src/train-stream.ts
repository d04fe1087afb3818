import type { CheckpointStore, Runtime, TrainProgress } from '@verilens/core';
import {
  add,
  cosine,
  createTrainer,
  crossEntropy,
  distillation,
  fit,
  float32,
  int32,
  linear,
  module,
  mul,
  type Module,
  type LinearParams,
  type Parameters,
  random,
  sgd,
  shuffledBatches,
  type Spec,
  stopGradient,
  type Sym,
  targetOf,
  trainingStep,
} from '@verilens/nn';
import { pickPlanes, type Planes } from './planes.ts';
import { individualRelation, relationLoss, type RelationWeights } from './relations.ts';
import { pickRows, type Seen } from './run-stream.ts';
import type { Stream } from './stream.ts';

/** How long and how fast a stream learns: SGD with momentum 0.9, weight decay 5e-4, cosine, as in the method's description. */
export interface Schedule {
  readonly epochs: number;
  readonly batchSize: number;
  readonly learningRate: number;
}

export const GUIDES = ['teacher', 'assistant'] as const;
export type GuideName = (typeof GUIDES)[number];

/** What a frozen stream made of the good views. */
export interface Guide extends Seen {
  readonly name: GuideName;
  /** w_g of the method. */
  readonly weight: number;
}

export interface StreamTraining {
  readonly runtime: Runtime;
  readonly stream: Stream;
  /** Width of the stream's embedding. */
  readonly width: number;
  readonly pictures: Planes;
  readonly labels: Int32Array;
  readonly guides: readonly Guide[];
  readonly weights: RelationWeights;
  readonly schedule: Schedule;
  readonly seed: number;
  /** Each picture gets the guides' rows of another one of its batch: the control. */
  readonly permuted?: boolean;
  readonly signal?: AbortSignal;
  readonly onProgress?: (progress: TrainProgress) => void;
  readonly checkpoints?: CheckpointStore;
  readonly checkpointEvery?: number;
  readonly checkpointName?: string;
}

type Projections = Readonly<Record<string, Module<LinearParams, [x: Sym], Sym>>>;

export interface Learner {
  readonly parts: Module<{ readonly stream: Stream; readonly projections: Projections }, [x: Sym], Sym>;
  /** The learner's rows in a guide's space. @param p Parameters of `projections` */
  readonly project: (p: unknown, name: GuideName, x: Sym) => Sym;
}

/** A stream with its projections into the spaces of guides of another width. */
export function learnerOf(stream: Stream, width: number, guides: readonly Pick<Guide, 'name' | 'embeddings'>[]): Learner {
  const projections: Projections = Object.fromEntries(
    guides.flatMap(({ name, embeddings }) => (embeddings.width === width ? [] : [[name, linear(width, embeddings.width)]])),
  );
  const project = (p: unknown, name: GuideName, x: Sym): Sym => {
    const layer = projections[name];
    return layer === undefined ? x : layer.apply((p as Record<string, never>)[name]!, x);
  };
  return { parts: module('learner', { stream, projections }, (_, x: Sym) => x), project };
}

/**
 * Labels, and what the guides ask: teacher without guides, assistant, student are all trained by this. The projections learn
 * order 1 even where the stream is not asked to, through a copy that hands no gradient on: then order 1 can be measured.
 * Bit-identical for equal options on native CPU.
 */
export async function trainStream(options: StreamTraining): Promise<Parameters> {
  const { runtime, stream, width, pictures, labels, guides, weights, schedule, seed } = options;
  const { batchSize } = schedule;
  const { parts, project } = learnerOf(stream, width, guides);
  const { channels, side, count } = pictures;
  const rows = guides.flatMap(({ name, embeddings, logits }) => [
    { input: name, rows: embeddings },
    ...(logits === undefined ? [] : [{ input: `${name}Logits`, rows: logits }]),
  ]);
  const step = trainingStep({
    module: parts,
    inputs: {
      pictures: float32([batchSize, channels, side, side]),
      labels: int32([batchSize]),
      ...Object.fromEntries(rows.map(({ input, rows: { width: columns } }): [string, Spec] => [input, float32([batchSize, columns])])),
    } as Readonly<Record<string, Spec>>,
    loss: (p, inputs) => {
      const { embedding, logits } = stream.apply(p.stream, inputs['pictures']!);
      let loss = crossEntropy(logits, inputs['labels']!);
      for (const { name, weight, logits: taught } of guides) {
        const guide = inputs[name]!;
        const projected = project(p.projections, name, embedding);
        const asked = relationLoss(weights, embedding, projected, guide);
        if (asked !== undefined) loss = add(loss, mul(asked, weight));
        if (weights.logits > 0 && taught !== undefined)
          loss = add(loss, mul(distillation(logits, inputs[`${name}Logits`]!), weight * weights.logits));
        if (projected !== embedding && weights.individual === 0)
          loss = add(loss, individualRelation(project(p.projections, name, stopGradient(embedding)), guide));
      }
      return { loss };
    },
    optimizer: sgd({ momentum: 0.9, weightDecay: 5e-4 }),
    clipNorm: 5,
    target: targetOf(runtime),
  });
  await using trainer = await createTrainer(step, { runtime, seed });
  const steps = schedule.epochs * Math.floor(count / batchSize);
  const order = shuffledBatches({ count, batchSize, seed });
  await fit({
    trainer,
    steps,
    schedule: cosine({ peak: schedule.learningRate, steps, warmup: Math.ceil(0.03 * steps) }),
    batch: (at) => {
      const places = order(at);
      const guiding = options.permuted === true ? derangement(places, seed, at) : places;
      return {
        pictures: pickPlanes(pictures, places).data,
        labels: Int32Array.from(places, (place) => labels[place]!),
        ...Object.fromEntries(rows.map(({ input, rows: guided }) => [input, pickRows(guided, guiding)])),
      };
    },
    signal: options.signal,
    onProgress: options.onProgress,
    checkpoints: options.checkpoints,
    checkpointEvery: options.checkpointEvery,
    checkpointName: options.checkpointName,
  });
  return trainer.parameters();
}

/** The places in a random order in which none stays where it was (Sattolo 1986). */
export function derangement(places: Int32Array, seed: number, step: number): Int32Array {
  const { below } = random(seed, 'permuted', step);
  const out = places.slice();
  for (let i = out.length - 1; i > 0; i--) {
    const j = below(i);
    [out[i], out[j]] = [out[j]!, out[i]!];
  }
  return out;
}

/** Those of the stream alone, without projections. */
export function streamParameters(learned: Parameters): Parameters {
  const prefix = 'stream.';
  return new Map([...learned].flatMap(([name, value]) => (name.startsWith(prefix) ? [[name.slice(prefix.length), value] as const] : [])));
}
