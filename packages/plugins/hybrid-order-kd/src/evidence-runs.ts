import { type CheckpointStore, type EvidenceOptions, finishedRuns, Tensor, throwIfAborted } from '@verilens/core';
import type { PictureSet } from '@verilens/data';
import type { Figures } from '@verilens/metrics';
import { exportInference, float32, type Parameters, random, targetOf } from '@verilens/nn';
import { PLACE } from './config.ts';
import { lessonsOf } from './lessons.ts';
import { accuracy, strangeMeasures } from './measure.ts';
import type { OnnxTeacher } from './onnx-teacher.ts';
import { pickPlanes } from './planes.ts';
import type { HybridRecipe } from './recipe.ts';
import { NO_RELATIONS, type Order, ORDERS, relation, type RelationWeights } from './relations.ts';
import { listOf, pickRows, type Rows, type Seen } from './run-stream.ts';
import { streamOf } from './stream.ts';
import {
  type Course,
  look,
  lookOnnx,
  shapeOf,
  studentStream,
  type Trained,
  trainAssistant,
  trainStudent,
  trainTeacher,
} from './streams.ts';
import { type Guide, type GuideName, learnerOf } from './train-stream.ts';

export interface Variant {
  readonly name: string;
  readonly weights: (recipe: HybridRecipe) => RelationWeights;
  readonly guides: readonly GuideName[];
  readonly permuted?: boolean;
}

export type VariantName = 'labels' | 'logits' | Order | 'unassisted' | 'permuted' | 'hybrid';

const BOTH: readonly GuideName[] = ['teacher', 'assistant'];
const only =
  (part: keyof RelationWeights) =>
  ({ weights }: HybridRecipe): RelationWeights => ({ ...NO_RELATIONS, [part]: weights[part] });

/** What is left out of the student's training, one thing at a time. */
export const VARIANTS: Readonly<Record<VariantName, Variant>> = {
  labels: { name: 'labels alone', weights: () => NO_RELATIONS, guides: BOTH },
  logits: { name: 'logits alone', weights: only('logits'), guides: BOTH },
  individual: { name: 'order 1 alone', weights: only('individual'), guides: BOTH },
  pair: { name: 'order 2 alone', weights: only('pair'), guides: BOTH },
  triplet: { name: 'order 3 alone', weights: only('triplet'), guides: BOTH },
  // the method's weight where the order is used at all
  group: { name: 'group order alone', weights: () => ({ ...NO_RELATIONS, group: 100 }), guides: BOTH },
  unassisted: { name: 'all, without the assistant', weights: ({ weights }) => weights, guides: ['teacher'] },
  permuted: { name: 'all, guides permuted', weights: ({ weights }) => weights, guides: BOTH, permuted: true },
  hybrid: { name: 'all orders and the assistant', weights: ({ weights }) => weights, guides: BOTH },
};

export const REFERENCES = ['teacher, good pictures', 'teacher, poor pictures enlarged', 'assistant, good pictures'] as const;

export interface SeedRuns {
  readonly seed: number;
  readonly references: Readonly<Record<string, Figures>>;
  readonly students: Readonly<Partial<Record<VariantName, Figures>>>;
}

/** Trains the streams of one seed and the students of all variants, and measures them. Finished runs are read from the store. */
export async function runSeed(
  set: PictureSet,
  recipe: HybridRecipe,
  seed: number,
  variants: readonly VariantName[],
  options: Omit<EvidenceOptions, 'seeds'> & { readonly teacher?: OnnxTeacher },
): Promise<SeedRuns> {
  const { runtime, signal, checkpoints, teacher } = options;
  const course: Course = { runtime, seed, signal, recipe, lessons: lessonsOf(set, recipe, seed) };
  let taught: Promise<Taught> | undefined;
  // of the streams in training, only teacher and assistant are the same for all variants
  const guided: Course =
    checkpoints === undefined
      ? course
      : { ...course, checkpoints: underName(`v${recipe.version}-${recipe.pictures}-guides-${seed}`, checkpoints) };
  const taughtOnce = (): Promise<Taught> => (taught ??= teacher === undefined ? teach(guided) : teachByOnnx(guided, teacher));
  const finished = finishedRuns(checkpoints);
  const once = async (name: string, run: () => Promise<Figures>): Promise<Figures> =>
    finished(`v${recipe.version}-${recipe.pictures}-${name}-${seed}`, run);
  const references: Record<string, Figures> = {};
  for (const [i, name] of REFERENCES.entries()) {
    options.onProgress?.(`seed ${seed}: ${name}`, 0);
    references[name] = await once(`reference-${i}`, async () => (await taughtOnce()).references[i]!);
  }
  const students: Partial<Record<VariantName, Figures>> = {};
  for (const [i, name] of variants.entries()) {
    throwIfAborted(signal, `${PLACE}, evidence`);
    options.onProgress?.(`seed ${seed}: ${VARIANTS[name].name}`, (i + 1) / (variants.length + 1));
    students[name] = await once(name, async () => studentFigures(course, await taughtOnce(), VARIANTS[name]));
  }
  return { seed, references, students };
}

interface Taught {
  /** Of the augmented views. */
  readonly guides: Readonly<Record<GuideName, Seen>>;
  /** The teacher's embeddings of good pictures of classes left out. */
  readonly strange: Rows;
  readonly references: readonly Figures[];
}

async function teach(course: Course): Promise<Taught> {
  const { lessons, recipe } = course;
  const teacher = await trainTeacher(course);
  const views = await look(course, teacher, lessons.train.high);
  const assistant = await trainAssistant(course, views);
  const enlarging: Trained = { ...teacher, stream: streamOf({ ...shapeOf(course, 'teacher'), fed: recipe.config.high }) };
  return {
    guides: { teacher: views, assistant: await look(course, assistant, lessons.train.high) },
    strange: (await look(course, teacher, lessons.strange.high)).embeddings,
    references: [
      await figuresOf(course, teacher, 'high'),
      await figuresOf(course, enlarging, 'low'),
      await figuresOf(course, assistant, 'high'),
    ],
  };
}

/** By a pretrained teacher, which has no logits for these classes. */
async function teachByOnnx(course: Course, teacher: OnnxTeacher): Promise<Taught> {
  const { train, strange } = course.lessons;
  const views = await lookOnnx(course, teacher, train.high);
  const assistant = await trainAssistant(course, views);
  const [good, poor] = [await lookOnnx(course, teacher, strange.high), await lookOnnx(course, teacher, strange.low)];
  return {
    guides: { teacher: views, assistant: await look(course, assistant, train.high) },
    strange: good.embeddings,
    references: [strangeMeasures(good, strange.labels), strangeMeasures(poor, strange.labels), await figuresOf(course, assistant, 'high')],
  };
}

async function figuresOf(course: Course, trained: Trained, pictures: 'high' | 'low'): Promise<Figures> {
  const { known, strange } = course.lessons;
  return {
    accuracy: accuracy((await look(course, trained, known[pictures])).logits, known.labels),
    ...strangeMeasures(await look(course, trained, strange[pictures]), strange.labels),
  };
}

async function studentFigures(course: Course, taught: Taught, { weights, guides, permuted }: Variant): Promise<Figures> {
  const seen = Object.fromEntries(guides.map((name) => [name, taught.guides[name]]));
  const student = await trainStudent(course, seen, { weights: weights(course.recipe), permuted });
  const { embeddings } = await look(course, student, course.lessons.strange.low);
  return {
    ...(await figuresOf(course, student, 'low')),
    distances: correlation(distancesOf(embeddings), distancesOf(taught.strange)),
    ...(await orderGaps(course, student.learned, student.guides, taught.strange)),
  };
}

/** How far student and teacher are apart in each order, on classes that neither was trained on: means over batches. */
async function orderGaps(
  { runtime, recipe, lessons }: Course,
  learned: Parameters,
  guides: readonly Guide[],
  teacher: Rows,
): Promise<Readonly<Record<Order, number>>> {
  const { channels, low, student } = recipe.config;
  const pictures = lessons.strange.low;
  const batch = Math.min(recipe.student.batchSize, pictures.count);
  const stream = studentStream({ recipe, lessons });
  const { parts, project } = learnerOf(stream, student.embedding, guides);
  const onnx = exportInference({
    module: parts,
    params: learned,
    inputs: { pictures: float32([batch, channels, low, low]), teacher: float32([batch, teacher.width]) },
    forward: (p, inputs) => {
      const { embedding } = stream.apply(p.stream, inputs.pictures);
      const projected = project(p.projections, 'teacher', embedding);
      return Object.fromEntries(ORDERS.map((order) => [order, relation(order, embedding, projected, inputs.teacher)]));
    },
    target: targetOf(runtime),
  });
  await using session = await runtime.load(onnx, { name: `${PLACE}, evidence` });
  const places = shuffled(pictures.count);
  const batches = Math.floor(pictures.count / batch);
  const sums: Record<Order, number> = { individual: 0, pair: 0, triplet: 0, group: 0 };
  for (let at = 0; at < batches; at++) {
    const chosen = places.slice(at * batch, (at + 1) * batch);
    const answer = await session.run({
      pictures: new Tensor('float32', pickPlanes(pictures, chosen).data, [batch, channels, low, low]),
      teacher: new Tensor('float32', pickRows(teacher, chosen), [batch, teacher.width]),
    });
    for (const order of ORDERS) sums[order] += (answer[order]!.data as Float32Array)[0]! / batches;
  }
  return sums;
}

/** The pictures lie class by class; a batch is to hold all of them. */
function shuffled(count: number): Int32Array {
  const places = Int32Array.from({ length: count }, (_, i) => i);
  const { below } = random(0, 'order gaps');
  for (let i = count - 1; i > 0; i--) {
    const j = below(i + 1);
    [places[i], places[j]] = [places[j]!, places[i]!];
  }
  return places;
}

function distancesOf(rows: Rows): Float64Array {
  const list = listOf(rows);
  const out = new Float64Array((list.length * (list.length - 1)) / 2);
  let at = 0;
  for (let i = 0; i < list.length; i++)
    for (let j = i + 1; j < list.length; j++) {
      let sum = 0;
      for (let k = 0; k < rows.width; k++) sum += (list[i]![k]! - list[j]![k]!) ** 2;
      out[at++] = Math.sqrt(sum);
    }
  return out;
}

/** Pearson's, -1..1. */
export function correlation(a: Float64Array, b: Float64Array): number {
  const mean = (values: Float64Array): number => values.reduce((sum, value) => sum + value, 0) / values.length;
  const [ma, mb] = [mean(a), mean(b)];
  let [ab, aa, bb] = [0, 0, 0];
  for (let i = 0; i < a.length; i++) {
    ab += (a[i]! - ma) * (b[i]! - mb);
    aa += (a[i]! - ma) ** 2;
    bb += (b[i]! - mb) ** 2;
  }
  return ab / Math.sqrt(aa * bb);
}

/** The store with a word before each name. */
export function underName(prefix: string, store: CheckpointStore): CheckpointStore {
  return { read: (name) => store.read(`${prefix}-${name}`), write: (name, bytes) => store.write(`${prefix}-${name}`, bytes) };
}
