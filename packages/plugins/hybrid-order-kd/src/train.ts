import { sha256, type SimilarityCalibration, type TrainOptions, type TrainResult } from '@verilens/core';
import type { PictureSet } from '@verilens/data';
import { allPairs, fitSimilarity } from '@verilens/metrics';
import { writeSafetensors } from '@verilens/nn';
import { modelName, studentCard } from './card.ts';
import { checkConfig } from './config.ts';
import { defaultPictures } from './default-pictures.ts';
import { exportStudent } from './export-student.ts';
import { type Lessons, lessonsOf } from './lessons.ts';
import { accuracy, strangeMeasures } from './measure.ts';
import type { OnnxTeacher } from './onnx-teacher.ts';
import type { HybridRecipe } from './recipe.ts';
import { listOf, runModel } from './run-stream.ts';
import { type Course, look, lookOnnx, type Stage, trainAssistant, trainStudent, trainTeacher } from './streams.ts';

/** What a student is trained on. */
export interface HybridTrainingData {
  /** Six classes or more; every third one is left out of training. Default: MNIST and Fashion-MNIST, if they are installed. */
  readonly pictures?: PictureSet;
  /** A pretrained teacher. Default: one is trained. */
  readonly teacher?: OnnxTeacher;
}

/**
 * Teacher, assistant, student; then the student's cosines are calibrated on other pictures of the classes left out. Seeded;
 * on native CPU equal data and seed give bit-identical weights. Resumes from its checkpoints.
 */
export async function trainHybridOrder(data: HybridTrainingData, options: TrainOptions, recipe: HybridRecipe): Promise<TrainResult> {
  const { runtime, seed, preset, signal } = options;
  const { config } = recipe;
  checkConfig(config);
  const { pictures: set, sources } =
    data.pictures === undefined ? await defaultPictures(signal) : { pictures: data.pictures, sources: [data.pictures.name] };
  const lessons = lessonsOf(set, recipe, seed);
  const course: Course = { ...options, recipe, lessons, onProgress: stagedProgress(options, recipe, lessons, data.teacher === undefined) };
  const good = lessons.train.high;
  const teacher =
    data.teacher === undefined ? await look(course, await trainTeacher(course), good) : await lookOnnx(course, data.teacher, good);
  const assistant = await look(course, await trainAssistant(course, teacher), good);
  const student = await trainStudent(course, { teacher, assistant }, { weights: recipe.weights });
  const onnx = exportStudent(config, student.stream, student.parameters);
  const see = (lesson: 'known' | 'strange' | 'calibration') =>
    runModel(runtime, onnx, lessons[lesson].low, ['embedding', 'logits'], signal).then(({ embedding, logits }) => ({
      embeddings: embedding!,
      logits: logits!,
    }));
  const command =
    data.pictures === undefined && data.teacher === undefined
      ? `verilens train hybrid-order-kd --preset ${preset} --seed ${seed}`
      : 'trained by a program, on data of its own';
  const left = `classes left out of training (${lessons.leftOut.join(', ')}): ${lessons.calibration.labels.length} pictures`;
  const similarity: SimilarityCalibration = calibrate(listOf((await see('calibration')).embeddings), lessons.calibration.labels, {
    model: modelName(await sha256(onnx)),
    data: [...sources, left],
    command,
  });
  const trainedOn = `${recipe.pictures} pictures each of ${lessons.classes.length} classes, ${recipe.augmentation.views} views of each; recipe version ${recipe.version}`;
  const card = await studentCard({
    config,
    onnx,
    labels: lessons.classes,
    similarity,
    preset,
    command,
    seed,
    data: [...sources, trainedOn, ...(data.teacher === undefined ? [] : ['a pretrained teacher'])],
    recipeVersion: recipe.version,
  });
  return {
    models: [{ file: 'student.onnx', onnx, card }],
    parameters: [
      { file: 'student.safetensors', bytes: writeSafetensors(student.parameters, { format: 'hybrid-order-kd', seed: String(seed) }) },
    ],
    summary: {
      'accuracy on trained classes': accuracy((await see('known')).logits, lessons.known.labels),
      ...Object.fromEntries(
        Object.entries(strangeMeasures(await see('strange'), lessons.strange.labels)).map(([name, value]) => [
          `${name} on classes left out`,
          value,
        ]),
      ),
      'SHA-256': card.sha256,
      seed,
    },
  };
}

function calibrate(
  rows: readonly Float32Array[],
  labels: Int32Array,
  options: { readonly model: string; readonly data: readonly string[]; readonly command: string },
): SimilarityCalibration {
  const pairs = allPairs(rows, Array.from(labels, String));
  return fitSimilarity(pairs.scores, pairs.labels, { ...options, identities: pairs.identities });
}

/** Steps of the stages counted as one run. */
function stagedProgress({ onProgress }: TrainOptions, recipe: HybridRecipe, { train }: Lessons, ownTeacher: boolean): Course['onProgress'] {
  if (onProgress === undefined) return undefined;
  const stages: readonly Stage[] = ownTeacher ? ['teacher', 'assistant', 'student'] : ['assistant', 'student'];
  const stepsOf = (stage: Stage): number => recipe[stage].epochs * Math.floor(train.labels.length / recipe[stage].batchSize);
  const until = (end: number): number => stages.slice(0, end).reduce((sum, stage) => sum + stepsOf(stage), 0);
  const steps = until(stages.length);
  return (stage, progress) => onProgress({ ...progress, step: until(stages.indexOf(stage)) + progress.step, steps });
}
