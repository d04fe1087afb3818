import {
  type Baseline,
  type CheckpointStore,
  type Image,
  type Objective,
  type Runtime,
  throwIfAborted,
  VerilensError,
} from '@verilens/core';
import { type ImageModelDescription, type OnnxModel, openOnnxModel, shuffledParameters, similarityTo } from '@verilens/explain';
import type { TruthMask } from '@verilens/metrics';
import { PLACE } from './config.ts';
import { drawnThings, THING_CLASSES } from './drawn-things.ts';
import { faceNetwork, mirror, sampleFaceCrops } from './evidence-faces.ts';
import { accuracyOf, type Labelled, type TeacherShape, trainTeacher } from './evidence-teacher.ts';
import type { EvidenceSize } from './evidence-size.ts';

/** One picture to be explained. */
export interface Case {
  readonly image: Image;
  readonly objective: Objective;
  /** Where the truth lies, when it is known. */
  readonly mask?: TruthMask;
}

/** A model and pictures of one seed. */
export interface Subject extends AsyncDisposable {
  readonly model: OnnxModel;
  /** The same network with each parameter's values shuffled. */
  readonly shuffled: OnnxModel;
  readonly cases: readonly Case[];
  /** On pictures it was not trained on; of a third party's network unknown. */
  readonly accuracy?: number;
}

export interface Domain {
  readonly name: 'digits and clothes' | 'drawn things' | 'face embedding';
  /** What removed parts become. */
  readonly fill: Baseline;
  readonly fillName: string;
  open(options: {
    readonly runtime: Runtime;
    readonly seed: number;
    readonly size: EvidenceSize;
    readonly signal?: AbortSignal;
    readonly checkpoints?: CheckpointStore;
  }): Promise<Subject>;
}

export const DOMAINS: readonly Domain[] = [
  {
    name: 'digits and clothes',
    fill: { kind: 'constant', rgb: [0, 0, 0] },
    fillName: 'black',
    async open(options) {
      const { seed, size, signal } = options;
      const { pictureAt } = await import('@verilens/data');
      const { twentyClassesSplit } = await import('@verilens/data/node');
      const { randomOrder } = await import('@verilens/metrics');
      const { train, test } = await twentyClassesSplit({ from: import.meta.url, ...(signal && { signal }) });
      const some = (set: typeof train, count: number): Labelled => {
        const places = Array.from(randomOrder(set.labels.length, seed).slice(0, count));
        return { images: places.map((place) => pictureAt(set, place)), labels: places.map((place) => set.labels[place]!) };
      };
      const shape: TeacherShape = { channels: 1, side: 28, classes: 20, epochs: size.epochs };
      return classifier('digits', some(train, size.taught), some(test, 1000), shape, train.classes, options);
    },
  },
  {
    name: 'drawn things',
    fill: { kind: 'constant', rgb: [128, 128, 128] },
    fillName: 'mid grey',
    async open(options) {
      const { seed, size } = options;
      const labelled = (things: ReturnType<typeof drawnThings>): Labelled => ({
        images: things.map(({ image }) => image),
        labels: things.map(({ label }) => label),
      });
      const test = drawnThings(1000, seed + 2000);
      const shape: TeacherShape = { channels: 3, side: 32, classes: 4, epochs: size.epochs };
      const taught = labelled(drawnThings(Math.min(size.taught, 4000), seed + 3000));
      return classifier('things', taught, labelled(test), shape, THING_CLASSES, options, (place) => test[place]!.mask);
    },
  },
  {
    name: 'face embedding',
    fill: { kind: 'constant', rgb: [128, 128, 128] },
    fillName: 'mid grey',
    async open({ runtime, seed, size, signal, checkpoints }) {
      const bytes = await faceNetwork(runtime, signal);
      const crops = await sampleFaceCrops(runtime, 3 * size.faces, { checkpoints, signal });
      const description: ImageModelDescription = { divide: 128, mean: [127 / 128, 127 / 128, 127 / 128] };
      const model = await openOnnxModel(bytes, { runtime, description, name: 'fr_feature', signal });
      const cases: Case[] = [];
      // each seed has its own third of the faces
      for (const image of crops.filter((_, place) => place % 3 === seed % 3).slice(0, size.faces)) {
        throwIfAborted(signal, PLACE);
        const [reference] = await model.score([mirror(image)], { signal });
        cases.push({ image, objective: similarityTo(reference!, 'likeness to its mirror image') });
      }
      return subjectOf(model, bytes, description, cases, { runtime, seed });
    },
  },
];

async function classifier(
  name: string,
  train: Labelled,
  test: Labelled,
  shape: TeacherShape,
  labels: readonly string[],
  { runtime, seed, size, signal, checkpoints }: Parameters<Domain['open']>[0],
  maskOf?: (place: number) => TruthMask,
): Promise<Subject> {
  const file = `teacher-${name}-${size.taught}-${size.epochs}-${seed}.onnx`;
  const kept = await checkpoints?.read(file);
  const bytes = kept ?? (await trainTeacher(train, shape, runtime, seed, signal));
  if (kept === undefined) await checkpoints?.write(file, bytes);
  const accuracy = await accuracyOf(runtime, bytes, shape, test);
  const description: ImageModelDescription = { activation: 'softmax', labels };
  const model = await openOnnxModel(bytes, { runtime, description, name: 'teacher', signal });
  const cases: Case[] = [];
  const rows = await model.score(test.images.slice(0, 4 * size.images), { signal });
  for (const [place, row] of rows.entries()) {
    const label = row.indexOf(row.reduce((best, score) => Math.max(best, score), 0));
    // a wrong answer rests on something else than the thing drawn
    if (maskOf !== undefined && label !== test.labels[place]) continue;
    cases.push({ image: test.images[place]!, objective: { class: label }, ...(maskOf && { mask: maskOf(place) }) });
    if (cases.length === size.images) break;
  }
  if (cases.length === 0)
    throw new VerilensError('BAD_INPUT', 'the classifier learned nothing', { place: PLACE, got: `accuracy ${accuracy}` });
  return { ...(await subjectOf(model, bytes, description, cases, { runtime, seed })), accuracy };
}

async function subjectOf(
  model: OnnxModel,
  bytes: Uint8Array,
  description: ImageModelDescription,
  cases: readonly Case[],
  { runtime, seed }: { readonly runtime: Runtime; readonly seed: number },
): Promise<Subject> {
  const shuffled = await openOnnxModel(shuffledParameters(bytes, model.shape, seed + 100), { runtime, description, name: 'shuffled' });
  return {
    model,
    shuffled,
    cases,
    async [Symbol.asyncDispose]() {
      await Promise.all([model.dispose(), shuffled.dispose()]);
    },
  };
}
