import type { Runtime, TrainOptions, TrainProgress } from '@verilens/core';
import type { Parameters } from '@verilens/nn';
import type { Lesson, Lessons } from './lessons.ts';
import { type OnnxTeacher, runOnnxTeacher } from './onnx-teacher.ts';
import type { Planes } from './planes.ts';
import type { HybridRecipe } from './recipe.ts';
import { NO_RELATIONS, type RelationWeights } from './relations.ts';
import { runStream, type Seen } from './run-stream.ts';
import { type Stream, streamOf, type StreamShape } from './stream.ts';
import { type Guide, type GuideName, type Schedule, streamParameters, trainStream } from './train-stream.ts';

/** What training the streams of one recipe and seed has in common. */
export interface Course extends Pick<TrainOptions, 'runtime' | 'seed' | 'signal' | 'checkpoints' | 'checkpointEvery'> {
  readonly runtime: Runtime;
  readonly recipe: HybridRecipe;
  readonly lessons: Lessons;
  readonly onProgress?: (stage: Stage, progress: TrainProgress) => void;
}

export type Stage = GuideName | 'student';

/** A frozen stream. */
export interface Trained {
  readonly stream: Stream;
  readonly parameters: Parameters;
}

export function shapeOf({ recipe: { config }, lessons }: Pick<Course, 'recipe' | 'lessons'>, part: 'teacher' | 'student'): StreamShape {
  const { classes, normalisation } = lessons;
  return { config: config[part], channels: config.channels, classes: classes.length, normalisation };
}

/** Stage 1: good pictures, labels. */
export async function trainTeacher(course: Course): Promise<Trained> {
  const stream = streamOf(shapeOf(course, 'teacher'));
  return train(course, stream, { name: 'teacher', schedule: course.recipe.teacher, pictures: 'high' });
}

/**
 * Stage 2: the student's network on good pictures, from labels and the teacher's logits; from its relations where a teacher
 * has no logits.
 */
export async function trainAssistant(course: Course, teacher: Seen): Promise<Trained> {
  const { recipe } = course;
  const stream = streamOf(shapeOf(course, 'student'));
  const weights = teacher.logits === undefined ? recipe.weights : { ...NO_RELATIONS, logits: 1 };
  const guides = [{ name: 'teacher' as const, weight: 1, ...teacher }];
  return train(course, stream, { name: 'assistant', schedule: recipe.assistant, pictures: 'high', guides, weights });
}

export function studentStream(course: Pick<Course, 'recipe' | 'lessons'>): Stream {
  return streamOf({ ...shapeOf(course, 'student'), fed: course.recipe.config.fed });
}

/** Stage 3: poor pictures, labels, and what the guides ask. The guides share a weight of 1. */
export async function trainStudent(
  course: Course,
  seen: Partial<Record<GuideName, Seen>>,
  options: { readonly weights: RelationWeights; readonly permuted?: boolean },
): Promise<Trained & { readonly learned: Parameters; readonly guides: readonly Guide[] }> {
  const named = Object.entries(seen) as [GuideName, Seen][];
  const guides = named.map(([name, rows]): Guide => ({ name, weight: 1 / named.length, ...rows }));
  const stream = studentStream(course);
  const trained = await train(course, stream, {
    name: 'student',
    schedule: course.recipe.student,
    pictures: 'low',
    guides,
    ...options,
  });
  return { ...trained, guides };
}

/** What a frozen stream makes of pictures. */
export function look(
  { runtime, signal }: Pick<Course, 'runtime' | 'signal'>,
  { stream, parameters }: Trained,
  pictures: Planes,
): Promise<Required<Seen>> {
  return runStream(runtime, stream, parameters, pictures, signal);
}

/** What a pretrained teacher makes of them: no logits. */
export async function lookOnnx(
  { runtime, signal }: Pick<Course, 'runtime' | 'signal'>,
  teacher: OnnxTeacher,
  pictures: Planes,
): Promise<Seen> {
  return { embeddings: await runOnnxTeacher(runtime, teacher, pictures, signal) };
}

async function train(
  course: Course,
  stream: Stream,
  options: {
    readonly name: Stage;
    readonly schedule: Schedule;
    readonly pictures: keyof Pick<Lesson, 'high' | 'low'>;
    readonly guides?: readonly Guide[];
    readonly weights?: RelationWeights;
    readonly permuted?: boolean;
  },
): Promise<Trained & { readonly learned: Parameters }> {
  const { name, schedule, guides = [], weights = NO_RELATIONS, permuted } = options;
  const { recipe, lessons } = course;
  const part = name === 'teacher' ? 'teacher' : 'student';
  const learned = await trainStream({
    runtime: course.runtime,
    stream,
    width: recipe.config[part].embedding,
    pictures: lessons.train[options.pictures],
    labels: lessons.train.labels,
    guides,
    weights,
    schedule,
    seed: course.seed,
    permuted,
    signal: course.signal,
    onProgress: course.onProgress && ((progress) => course.onProgress!(name, progress)),
    checkpoints: course.checkpoints,
    checkpointEvery: course.checkpointEvery,
    checkpointName: `${name}.safetensors`,
  });
  return { stream, parameters: streamParameters(learned), learned };
}
