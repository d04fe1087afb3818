import { throwIfAborted, type Runtime } from '@verilens/core';
import type { Figures } from '@verilens/metrics';
import { type Parameters, random } from '@verilens/nn';
import { type Cd2Config, PLACE } from './config.ts';
import { distil, type Distilled, phiOf } from './distil.ts';
import type { Stream } from './evidence-data.ts';
import { figuresOf, marksOf } from './evidence-marks.ts';
import { grownHead } from './head.ts';
import { type Lesson, placesByOwner } from './knowledge.ts';
import { type Model, openModel } from './learn.ts';
import { meanRow, type Reader, type Rows, openHead } from './network.ts';
import { pickPlanes, type Planes } from './pixels.ts';
import { type BothParameters, trainBase, type TrainingOptions } from './train-base.ts';
import { trainIncrement } from './train-increment.ts';

/** A way of learning, each mechanism on or off. */
export interface Variant {
  readonly name: string;
  readonly memory: 'distilled' | 'real' | 'prototype' | 'none';
  readonly structure: boolean;
  readonly feature: boolean;
  /** Asked on pictures of hands seen too. */
  readonly near?: boolean;
}

/** What all ways of one seed share: the base model and the features of every picture under its frozen backbone. */
export interface Ground {
  readonly stream: Stream;
  readonly base: BothParameters;
  readonly model: Model;
  readonly lessons: readonly Rows[];
  readonly test: Rows;
  /** Of `Stream.again`. */
  readonly again?: Rows;
  readonly once: Once;
}

/** Makes parameters of a name, or reads those that a run before has made. */
export type Once = (name: string, make: () => Promise<Parameters>) => Promise<Parameters>;

export async function ground(stream: Stream, base: BothParameters, runtime: Runtime, config: Cd2Config, once: Once): Promise<Ground> {
  const model = await openModel(runtime, config, base);
  const lessons: Rows[] = [];
  for (const { pictures } of stream.lessons) lessons.push(await model.embedder.features(pictures));
  const { test, again } = stream;
  return {
    stream,
    base,
    model,
    lessons,
    test: await model.embedder.features(test.pictures),
    ...(again && { again: await model.embedder.features(again.pictures) }),
    once,
  };
}

function best({ data, width, count }: Rows): Int32Array {
  return Int32Array.from({ length: count }, (_, i) => {
    let top = 0;
    for (let j = 1; j < width; j++) if (data[i * width + j]! > data[i * width + top]!) top = j;
    return top;
  });
}

/** CD^2 and its ablations: the head is fine-tuned on frozen features, the memory kept as the variant says. */
export async function runVariant(at: Ground, variant: Variant, options: TrainingOptions): Promise<Figures> {
  const { runtime, signal } = options;
  const { structure, feature } = options.config.retention;
  const config: Cd2Config = {
    ...options.config,
    retention: { structure: variant.structure ? structure : 0, feature: variant.feature ? feature : 0 },
  };
  const marks = marksOf(at, variant.near === true);
  const drifts: number[] = [];
  let head: Parameters = at.base.head;
  let memory: Memory = { features: { count: 0, width: at.test.width, data: new Float32Array(0) }, owners: new Int32Array(0) };
  for (const [session, lesson] of at.stream.lessons.entries()) {
    throwIfAborted(signal, PLACE);
    const seed = options.seed + 1000 * session;
    if (session > 0) {
      const fresh = { features: at.lessons[session]!, owners: lesson.owners };
      const frozen = await openHead(runtime, config, head);
      const { logits: before } = await frozen.read(memory.features);
      const grown = grownHead(head, await newRows(frozen, at.lessons[session]!, lesson), seed);
      await frozen.dispose();
      head = await trainIncrement(fresh, { ...memory, before }, grown, {
        ...options,
        config,
        seed,
        baseClasses: at.stream.lessons[0]!.labels.length,
        onProgress: undefined,
      });
      const now = await openHead(runtime, config, head);
      const { logits } = await now.read(memory.features);
      await now.dispose();
      if (memory.features.count > 0) drifts.push(drift(before, logits));
    }
    const reader = await openHead(runtime, config, head);
    await marks.add(async (features) => best((await reader.read(features)).logits));
    memory = joinMemory(
      memory,
      await remember(at, variant, session, { backbone: at.base.backbone, head }, reader, { ...options, config, seed }),
    );
    await reader.dispose();
  }
  return {
    ...marks.figures(),
    ...(drifts.length > 0 && { drift: drifts.reduce((sum, value) => sum + value, 0) / drifts.length }),
  };
}

interface Memory {
  readonly features: Rows;
  readonly owners: Int32Array;
}

async function newRows(frozen: Reader, features: Rows, { owners, labels }: Lesson): Promise<Float32Array[]> {
  const { hidden } = await frozen.read(features);
  const places = placesByOwner(owners);
  return labels.slice(frozen.classes).map((_, i) => meanRow(hidden, places.get(frozen.classes + i)!));
}

async function remember(
  at: Ground,
  variant: Variant,
  session: number,
  parameters: BothParameters,
  reader: Reader,
  options: TrainingOptions,
): Promise<Memory> {
  const { pictures, owners } = at.stream.lessons[session]!;
  const features = at.lessons[session]!;
  const places = placesByOwner(owners);
  const classes = [...places.keys()].sort((a, b) => a - b);
  const each = options.config.distillation.pictures;
  const repeated = (times: number): Int32Array =>
    Int32Array.from({ length: classes.length * times }, (_, i) => classes[Math.floor(i / times)]!);
  if (variant.memory === 'none') return { features: { ...features, count: 0, data: new Float32Array(0) }, owners: new Int32Array(0) };
  if (variant.memory === 'prototype') {
    const data = new Float32Array(classes.length * features.width);
    classes.forEach((owner, i) => data.set(meanRow(features, places.get(owner)!), i * features.width));
    return { features: { count: classes.length, width: features.width, data }, owners: repeated(1) };
  }
  const kept =
    variant.memory === 'real'
      ? pickPlanes(pictures, realPlaces(classes, places, each, options.seed))
      : await distilled(at, session, parameters, reader, options);
  return { features: await at.model.embedder.features(kept), owners: repeated(each) };
}

export function realPlaces(
  classes: readonly number[],
  places: ReadonlyMap<number, readonly number[]>,
  each: number,
  seed: number,
): number[] {
  return classes.flatMap((owner) => {
    const left = [...places.get(owner)!];
    const draw = random(seed, 'cd2 real', owner);
    return Array.from({ length: each }, () => left.splice(draw.below(left.length), 1)[0]!);
  });
}

async function distilled(
  at: Ground,
  session: number,
  parameters: BothParameters,
  reader: Reader,
  options: TrainingOptions,
): Promise<Planes> {
  if (session === 0) return (await baseDistilled(at, options)).pictures;
  return (await distilLesson(at, session, parameters, reader, options)).pictures;
}

/** The same for all variants of a seed, and half of their time: made once, and kept by the store. */
function baseDistilled(at: Ground, options: TrainingOptions): Promise<Distilled> {
  const known = baseMemories.get(at);
  if (known !== undefined) return known;
  const made = at.once('memory', async () => parametersOf(await distilLesson(at, 0, at.base, at.model.reader, options))).then(distilledOf);
  baseMemories.set(at, made);
  return made;
}

const baseMemories = new WeakMap<Ground, Promise<Distilled>>();

function parametersOf({ pictures: { count, side, data }, start, end }: Distilled): Parameters {
  return new Map([
    ['pictures', { shape: [count, 3, side, side], data }],
    ['start', { shape: [start.length], data: Float32Array.from(start) }],
    ['end', { shape: [end.length], data: Float32Array.from(end) }],
  ]);
}

function distilledOf(kept: Parameters): Distilled {
  const { shape, data } = kept.get('pictures')!;
  return {
    pictures: { count: shape[0]!, side: shape[2]!, data },
    start: Array.from(kept.get('start')!.data),
    end: Array.from(kept.get('end')!.data),
  };
}

async function distilLesson(
  at: Ground,
  session: number,
  parameters: BothParameters,
  reader: Reader,
  options: TrainingOptions,
): Promise<Distilled> {
  const { pictures, owners } = at.stream.lessons[session]!;
  const { hidden, logits } = await reader.read(at.lessons[session]!);
  const classes = [...placesByOwner(owners).keys()].sort((a, b) => a - b);
  return distil(classes, { pictures, owners, phi: phiOf(hidden, logits) }, parameters, { ...options, onProgress: undefined });
}

function joinMemory(a: Memory, b: Memory): Memory {
  const data = new Float32Array(a.features.data.length + b.features.data.length);
  data.set(a.features.data);
  data.set(b.features.data, a.features.data.length);
  return {
    features: { count: a.features.count + b.features.count, width: a.features.width, data },
    owners: Int32Array.from([...a.owners, ...b.owners]),
  };
}

/** Mean over the memory of |before - now| per old class. */
function drift(before: Rows, now: Rows): number {
  let sum = 0;
  for (let i = 0; i < before.count; i++)
    for (let j = 0; j < before.width; j++) sum += Math.abs(before.data[i * before.width + j]! - now.data[i * now.width + j]!);
  return sum / before.data.length;
}

/** Everything is trained on the new pictures alone: what forgetting looks like. Its features move, so that it is tested on `test` alone. */
export async function runFineTuning({ stream, base }: Ground, options: TrainingOptions): Promise<Figures> {
  const { config, runtime } = options;
  const { steps, rate } = config.increment;
  const short: Cd2Config = { ...config, base: { ...config.base, epochs: 0, steps: [steps, steps], rate } };
  const answers: Int32Array[] = [];
  let parameters = base;
  for (const [session, lesson] of stream.lessons.entries()) {
    if (session > 0) {
      const seed = options.seed + 1000 * session;
      await using before = await openModel(runtime, config, parameters);
      const rows = await newRows(before.reader, await before.embedder.features(lesson.pictures), lesson);
      const start = { backbone: parameters.backbone, head: grownHead(parameters.head, rows, seed) };
      parameters = await trainBase(lesson, { ...options, config: short, seed, onProgress: undefined }, start);
    }
    await using model = await openModel(runtime, config, parameters);
    answers.push(best((await model.reader.read(await model.embedder.features(stream.test.pictures))).logits));
  }
  return figuresOf(stream, answers);
}

/** The nearest class mean by cosine, of frozen features: nothing is trained after the base session. */
export async function runClassMeans(at: Ground): Promise<Figures> {
  const means: Float32Array[] = [];
  const marks = marksOf(at, true);
  for (const [session, { owners }] of at.stream.lessons.entries()) {
    const features = unit(at.lessons[session]!);
    for (const [owner, places] of placesByOwner(owners)) means[owner] = unitVector(meanRow(features, places));
    await marks.add(async (shown) => nearest(unit(shown), means));
  }
  return marks.figures();
}

function nearest({ data, width, count }: Rows, means: readonly Float32Array[]): Int32Array {
  return Int32Array.from({ length: count }, (_, i) => {
    const closeness = means.map((mean) => mean.reduce((sum, value, j) => sum + value * data[i * width + j]!, 0));
    return closeness.indexOf(Math.max(...closeness));
  });
}

function unit(rows: Rows): Rows {
  const data = new Float32Array(rows.data.length);
  for (let i = 0; i < rows.count; i++) data.set(unitVector(rows.data.subarray(i * rows.width, (i + 1) * rows.width)), i * rows.width);
  return { ...rows, data };
}

function unitVector(vector: Float32Array): Float32Array {
  const length = Math.sqrt(vector.reduce((sum, value) => sum + value * value, 0)) || 1;
  return vector.map((value) => value / length);
}

/**
 * Is the memory condensed? Squared distance in phi between the mean of a class's test pictures, which neither kind of memory
 * saw, and the mean of K made pictures or of K real ones; and how far the matching loss fell.
 */
export async function runCondensation(at: Ground, options: TrainingOptions): Promise<Figures> {
  const { stream, model, lessons } = at;
  const places = placesByOwner(stream.lessons[0]!.owners);
  const classes = [...places.keys()].sort((a, b) => a - b);
  const each = options.config.distillation.pictures;
  const phi = async (features: Rows): Promise<Rows> => {
    const { hidden, logits } = await model.reader.read(features);
    return phiOf(hidden, logits);
  };
  const real = await phi(lessons[0]!);
  const made = await baseDistilled(at, options);
  const madePhi = await phi(await model.embedder.features(made.pictures));
  const testPhi = await phi(at.test);
  const testPlaces = placesByOwner(stream.test.owners);
  const draws = 10;
  const figures = { 'made, seen': 0, 'real, seen': 0, 'made, unseen': 0, 'real, unseen': 0 };
  classes.forEach((owner, i) => {
    const [seen, unseen] = [meanRow(real, places.get(owner)!), meanRow(testPhi, testPlaces.get(owner)!)];
    const mine = meanRow(
      madePhi,
      Array.from({ length: each }, (_, k) => i * each + k),
    );
    figures['made, seen'] += distance(mine, seen) / classes.length;
    figures['made, unseen'] += distance(mine, unseen) / classes.length;
    for (let draw = 0; draw < draws; draw++) {
      const some = meanRow(real, realPlaces([owner], places, each, options.seed + draw));
      figures['real, seen'] += distance(some, seen) / classes.length / draws;
      figures['real, unseen'] += distance(some, unseen) / classes.length / draws;
    }
  });
  const total = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0);
  return { ...figures, 'fall of the matching loss': total(made.start) / Math.max(1e-12, total(made.end)) };
}

function distance(a: Float32Array, b: Float32Array): number {
  return a.reduce((sum, value, i) => sum + (value - b[i]!) ** 2, 0);
}

/** The same with hidden vectors in the features' place. */
export async function hiddenGround(at: Ground): Promise<Ground> {
  const hidden = async (features: Rows): Promise<Rows> => (await at.model.reader.read(features)).hidden;
  const { lessons, test, again } = at;
  return {
    ...at,
    lessons: await Promise.all(lessons.map(hidden)),
    test: await hidden(test),
    ...(again && { again: await hidden(again) }),
  };
}
