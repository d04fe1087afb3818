import {
  createEngine,
  type ExplainableModel,
  type Explanation,
  type Image,
  objectiveName,
  VerilensError,
  type VideoFrame,
} from '@verilens/core';
import { type ImageModelDescription, openOnnxModel, parseImageModel } from '@verilens/explain';
import { createFaceFinder } from '@verilens/faces';
import { openMedia } from '@verilens/media';
import { explainersClassic } from '@verilens/plugin-explainers-classic';
import { overlayHeatMap } from '@verilens/vision';
import type { ExplainAnswer, ModelChoice } from '../protocol.ts';
import { bitmapOf } from './bitmaps.ts';
import type { Handlers } from './dispatch.ts';
import { drawnPicture } from './drawn-classes.ts';
import { drawnFacePicture } from './drawn-face.ts';
import type { WorkerSession } from './session.ts';
import { greyImage, shapeBatch } from './shapes.ts';
import { learnerOf } from './teach.ts';

const PLACE = 'playground explain';
const SHOWN = 10;

/** Which parts of a picture an answer rests on. */
export function explain(session: WorkerSession): Handlers['explain'] {
  return async ({ picture, model: choice, method, target }, { signal, emit }) => {
    const engine = await session.engine('explain', (runtime) => createEngine({ runtime, plugins: [explainersClassic()] }));
    const explainer = engine.get('explainer', 'explainers-classic');
    const image = picture === 'drawn' ? drawnFor(choice) : await pictureOf(picture, signal);
    await using opened = await openModel(session, choice, signal);
    const { model } = opened;
    const [scores] = await model.score([image], { signal });
    const ranked = Array.from(scores!, (score, index) => ({ index, label: model.outputs[index]!, score })).sort(
      (a, b) => b.score - a.score,
    );
    const objective = { class: target ?? ranked[0]!.index };
    const explained = await explainer.explain(model, image, objective, { method, signal, onProgress: (share) => emit(share) });
    return answerOf(image, model, explained, ranked.slice(0, SHOWN));
  };
}

/** A picture that the model has something to say about. */
function drawnFor({ kind }: ModelChoice): Image {
  if (kind === 'face-finder') return drawnFacePicture();
  return kind === 'learner' ? drawnPicture(0, 99) : greyImage(shapeBatch(1, 3, 0).x);
}

async function answerOf(
  image: Image,
  model: ExplainableModel,
  explained: Explanation,
  scores: ExplainAnswer['scores'],
): Promise<ExplainAnswer> {
  const { fidelity, method, value, modelRuns, durationMs, device, objective, saliency } = explained;
  return {
    picture: await bitmapOf(image),
    overlay: await bitmapOf(overlayHeatMap(image, saliency)),
    model: model.name,
    method,
    objective: objectiveName(objective, model),
    value,
    scores,
    ...(fidelity && { fidelity: { deletion: fidelity.deletion, insertion: fidelity.insertion, random: fidelity.random } }),
    modelRuns,
    durationMs,
    device,
  };
}

interface OpenedModel extends AsyncDisposable {
  readonly model: ExplainableModel;
}

async function openModel(session: WorkerSession, choice: ModelChoice, signal: AbortSignal): Promise<OpenedModel> {
  switch (choice.kind) {
    case 'onnx': {
      const description = choice.description === undefined ? {} : descriptionOf(choice.description);
      const model = await openOnnxModel(choice.bytes, { runtime: session.runtime(), name: choice.name, description, signal });
      return { model, [Symbol.asyncDispose]: () => model.dispose() };
    }
    case 'face-finder':
      return faceModel(session);
    case 'learner': {
      const learner = await learnerOf(session);
      if (learner.labels.length === 0)
        throw new VerilensError('BAD_INPUT', 'nothing has been learned', {
          place: PLACE,
          remedy: 'Teach it a class in the Teach panel first.',
        });
      const outputs = [...learner.labels];
      const score: ExplainableModel['score'] = async (images, call) => {
        const rows: Float32Array[] = [];
        for (const image of images) {
          const { labels } = await learner.predict(image, call);
          rows.push(Float32Array.from(outputs, (name) => labels.find(({ label }) => label === name)!.score));
        }
        return rows;
      };
      return { model: { name: 'what you taught', outputs, score }, [Symbol.asyncDispose]: async () => undefined };
    }
  }
}

/** How sure the face finder is of its best face: 0 where it sees none. */
async function faceModel(session: WorkerSession): Promise<OpenedModel> {
  const finder = await createFaceFinder(session.runtime(), { model: 'front', minScore: 0.05 });
  const score: ExplainableModel['score'] = async (images, call) => {
    const rows: Float32Array[] = [];
    for (const image of images) rows.push(Float32Array.of((await finder.find(image, call))[0]?.score ?? 0));
    return rows;
  };
  return { model: { name: 'face finder', outputs: ['face'], score }, [Symbol.asyncDispose]: () => finder.dispose() };
}

function descriptionOf(text: string): ImageModelDescription {
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch (cause) {
    throw new VerilensError('BAD_INPUT', 'the description is no JSON', {
      place: PLACE,
      cause,
      remedy: 'See docs/explaining.md for its fields.',
    });
  }
  return parseImageModel(json, PLACE);
}

/** The picture, or the first one of a video. */
async function pictureOf(file: Blob, signal: AbortSignal): Promise<Image> {
  await using media = await openMedia(file, { signal });
  for await (const { image } of media.frames() as AsyncIterable<VideoFrame>) return image;
  throw new VerilensError('BAD_INPUT', 'the file holds no picture', { place: PLACE, remedy: 'Choose another one.' });
}
