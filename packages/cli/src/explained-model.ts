import { type Engine, type ExplainableModel, FRAME_SOURCE, type Image, VerilensError } from '@verilens/core';
import type { ImageModelDescription } from '@verilens/explain';
import { readFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { UsageError } from './failure.ts';
import { modelPath } from './model-path.ts';
import type { CliEnvironment } from './run.ts';
import type { InstalledPlugin } from './toolkit.ts';

/** What is explained: the model, and the picture as it looks at it. */
export interface Explained extends AsyncDisposable {
  readonly model: ExplainableModel;
  readonly image: Image;
}

export interface ModelChoice {
  /** A plugin's name, an ONNX file, a folder of a hub model, or `hub:owner/name`. */
  readonly model: string;
  /** Leave to fetch a hub model that is not here. */
  readonly download?: boolean;
  readonly describe?: string;
  /** A picture: the likeness of embeddings is explained, not a label. */
  readonly like?: string;
}

/** The installed detector or recognizer of that name, if `--model` names one. @throws UsageError for a plugin of another role */
export async function modelPlugin(name: string, { toolkit, folder }: CliEnvironment): Promise<InstalledPlugin | undefined> {
  const { plugins } = await toolkit.plugins(folder);
  const found = plugins.find((plugin) => plugin.name === name);
  if (found === undefined || found.role === 'detector' || found.role === 'recognizer') return found;
  throw new UsageError(`--model takes a detector, a recognizer or a file; "${name}" is a plugin of the role ${found.role}.`);
}

/** @throws VerilensError as the model's opener; UNSUPPORTED for a detector of clips, or labels of a recognizer that has none */
export async function openExplained(
  choice: ModelChoice,
  plugin: InstalledPlugin | undefined,
  image: Image,
  engine: Engine,
  environment: CliEnvironment,
): Promise<Explained> {
  const explain = await import('@verilens/explain');
  const nothing = async (): Promise<void> => undefined;
  if (plugin?.role === 'detector')
    return { model: explain.detectorModel(engine.get('detector', plugin.name)), image, [Symbol.asyncDispose]: nothing };
  if (plugin !== undefined) {
    const recognizer = engine.get('recognizer', plugin.name);
    const model = choice.like === undefined ? explain.recognizerLabelModel(recognizer) : explain.recognizerModel(recognizer);
    return { model, image, [Symbol.asyncDispose]: nothing };
  }
  const { folder, signal } = environment;
  const { path, isFolder, name } = await modelPath(choice.model, choice.download === true, environment);
  if (isFolder) {
    const { openHubClassifier } = await import('@verilens/hub');
    const classifier = await openHubClassifier(path, { runtime: engine.runtime, name, signal });
    // the part that the network sees: the map lies over it
    return { model: classifier.model, image: classifier.view(image), [Symbol.asyncDispose]: async () => classifier.dispose() };
  }
  const model = await explain.openOnnxModel(path, {
    runtime: engine.runtime,
    description: await descriptionOf(path, choice.describe === undefined ? undefined : resolve(folder, choice.describe)),
    name,
    signal,
  });
  return { model, image, [Symbol.asyncDispose]: async () => model.dispose() };
}

/** The picture, or the first one of a video. */
export async function pictureOf(engine: Engine, path: string, signal: AbortSignal): Promise<Image> {
  const opened = await (await engine.resolve(FRAME_SOURCE)).open(path, { signal });
  try {
    for await (const { image } of opened.frames) return image;
  } finally {
    await opened.close?.();
  }
  throw new VerilensError('BAD_INPUT', 'the file holds no picture', { place: path });
}

/** The description named, or the `image` block of the card beside the model (`classifier.json` for `classifier.onnx`), or nothing. */
async function descriptionOf(model: string, named: string | undefined): Promise<ImageModelDescription> {
  const { parseImageModel } = await import('@verilens/explain');
  const path = named ?? `${model.replace(/\.onnx$/i, '')}.json`;
  let text: string;
  try {
    text = await readFile(path, 'utf8');
  } catch (error) {
    if (named === undefined) return {};
    throw new VerilensError('NOT_FOUND', 'the description cannot be read', {
      place: path,
      cause: error,
      remedy: 'Check the name after --describe.',
    });
  }
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch (error) {
    throw new VerilensError('BAD_INPUT', 'the description is no JSON', { place: path, cause: error });
  }
  const hasBlock = typeof json === 'object' && json !== null && 'image' in json;
  return named === undefined && !hasBlock ? {} : parseImageModel(json, path);
}
