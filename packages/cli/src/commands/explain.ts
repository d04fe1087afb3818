import {
  type Baseline,
  type Engine,
  type Explanation,
  FRAME_SOURCE,
  type Image,
  type Objective,
  objectiveName,
  VerilensError,
} from '@verilens/core';
import type { OnnxModel } from '@verilens/explain';
import { readFile } from 'node:fs/promises';
import { basename, resolve } from 'node:path';
import { exitCode } from '../exit-code.ts';
import { UsageError } from '../failure.ts';
import { jsonDocument, writeWhole } from '../json-document.ts';
import { openEngine } from '../open-engine.ts';
import type { DeviceName } from '../options.ts';
import { pickOfRole } from '../pick-plugin.ts';
import { createProgress } from '../progress.ts';
import type { CliEnvironment } from '../run.ts';
import { version } from '../version.ts';

export interface ExplainCommandOptions {
  /** The ONNX file. */
  readonly model: string;
  readonly class?: number;
  readonly score?: string;
  /** With `class`: a number; with `score`: a name. */
  readonly against?: string;
  /** A picture: explain the likeness of the embeddings. */
  readonly like?: string;
  readonly describe?: string;
  readonly method?: string;
  readonly baseline: Baseline;
  readonly seed: number;
  readonly memory?: number;
  readonly plugin?: string;
  readonly out?: string;
  readonly device: DeviceName;
  readonly threads?: number;
  readonly json?: boolean;
}

/** Cells of the map in JSON, in each direction at most. */
const JSON_CELLS = 32;

/** Shows which parts of a picture an ONNX model's answer rests on. */
export async function explain(name: string, options: ExplainCommandOptions, environment: CliEnvironment): Promise<number> {
  const { terminal, folder, signal, toolkit } = environment;
  checkUsage(options);
  const plugin = await pickOfRole('explainer', options.plugin, toolkit, folder);
  const progress = createProgress(terminal, { enabled: !(options.json === true && terminal.outIsTty) });
  progress.show(name, undefined, 'loading');
  const engine: Engine = await openEngine([plugin], options, environment);
  try {
    const { openOnnxModel } = await import('@verilens/explain');
    const image = await pictureOf(engine, resolve(folder, name), signal);
    const path = resolve(folder, options.model);
    await using model = await openOnnxModel(path, {
      runtime: engine.runtime,
      description: await descriptionOf(path, options.describe === undefined ? undefined : resolve(folder, options.describe)),
      name: basename(path),
      signal,
    });
    const objective = await objectiveOf(options, model, engine, environment);
    const explained = await engine.get('explainer', plugin.name).explain(model, image, objective, {
      method: options.method,
      baseline: options.baseline,
      seed: options.seed,
      ...(options.memory === undefined ? {} : { memoryBytes: options.memory * 2 ** 20 }),
      signal,
      onProgress: (fraction) => progress.show(name, fraction, 'explaining'),
    });
    if (options.out !== undefined) {
      const [{ overlayHeatMap }, { encodePng }] = await Promise.all([import('@verilens/vision'), import('@verilens/media')]);
      await writeWhole(resolve(folder, options.out), await encodePng(overlayHeatMap(image, explained.saliency)));
    }
    progress.clear();
    const facts = { picture: basename(name), model, image, plugin: plugin.name, explained };
    terminal.out(options.json ? jsonDocument(await documentOf(facts)) : await summaryOf(facts));
    return exitCode.ok;
  } finally {
    progress.clear();
    await engine.dispose();
  }
}

function checkUsage({ class: place, score, like, against, out }: ExplainCommandOptions): void {
  const given = [place, score, like].filter((one) => one !== undefined).length;
  if (given !== 1) throw new UsageError('Say what is to be explained with one of --class, --score and --like.');
  if (against !== undefined && like !== undefined) throw new UsageError('--against goes with --class or --score.');
  if (against !== undefined && place !== undefined && !/^\d+$/.test(against))
    throw new UsageError('With --class, --against takes a number too.');
  if (out !== undefined && !out.toLowerCase().endsWith('.png')) throw new UsageError('--out takes a name that ends in .png.');
}

async function objectiveOf(
  options: ExplainCommandOptions,
  model: OnnxModel,
  engine: Engine,
  { folder, signal }: CliEnvironment,
): Promise<Objective> {
  const { class: place, score, like, against } = options;
  if (place !== undefined) return against === undefined ? { class: place } : { class: place, against: Number(against) };
  if (score !== undefined) return against === undefined ? { score } : { score, against };
  const { similarityTo } = await import('@verilens/explain');
  const [reference] = await model.score([await pictureOf(engine, resolve(folder, like!), signal)], { signal });
  return similarityTo(reference!, `likeness to ${basename(like!)}`);
}

/** The picture, or the first one of a video. */
async function pictureOf(engine: Engine, path: string, signal: AbortSignal): Promise<Image> {
  const opened = await (await engine.resolve(FRAME_SOURCE)).open(path, { signal });
  try {
    for await (const { image } of opened.frames) return image;
  } finally {
    await opened.close?.();
  }
  throw new VerilensError('BAD_INPUT', 'the file holds no picture', { place: path });
}

/** The description named, or the `image` block of the card beside the model (`classifier.json` for `classifier.onnx`), or nothing. */
async function descriptionOf(model: string, named: string | undefined): Promise<import('@verilens/explain').ImageModelDescription> {
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

interface Facts {
  readonly picture: string;
  readonly model: OnnxModel;
  readonly image: Image;
  readonly plugin: string;
  readonly explained: Explanation;
}

async function documentOf({ picture, model, image, plugin, explained }: Facts): Promise<Readonly<Record<string, unknown>>> {
  const { resampleMap } = await import('@verilens/metrics');
  const { saliency, fidelity, objective, baseline, ...rest } = explained;
  const map = resampleMap(saliency, Math.min(JSON_CELLS, saliency.rows), Math.min(JSON_CELLS, saliency.columns));
  return {
    picture,
    model: model.name,
    plugin,
    version: version(),
    objective: objectiveName(objective, model),
    ...rest,
    baseline: baseline.kind === 'image' ? { kind: 'image' } : baseline,
    ...(fidelity === undefined ? {} : { fidelity }),
    peak: peakOf(explained, image),
    map: { rows: map.rows, columns: map.columns, values: Array.from(map.values, (value) => Math.round(value * 1e4) / 1e4) },
  };
}

async function summaryOf({ picture, model, image, plugin, explained }: Facts): Promise<string> {
  const { method, value, objective, fidelity, modelRuns, durationMs, figures, device } = explained;
  const peak = peakOf(explained, image);
  const lines = [
    `${picture}: ${objectiveName(objective, model)} ${short(value)}`,
    `  ${plugin} ${method} on ${device}: ${modelRuns} pictures judged in ${(durationMs / 1000).toFixed(1)} s`,
    peak === undefined
      ? '  no part of the picture speaks for it'
      : `  most important at ${peak.x}, ${peak.y} of ${image.width} x ${image.height}`,
  ];
  if (fidelity !== undefined) {
    const { deletion, insertion, random } = fidelity;
    const better = deletion < random.deletion && insertion > random.insertion;
    lines.push(
      `  deletion ${short(deletion)} (random ${short(random.deletion)}), insertion ${short(insertion)} (random ${short(random.insertion)}), filled with ${fillName(fidelity.fill)}`,
    );
    if (!better) lines.push('  The map is no better than a random one on at least one of the two: do not rely on it.');
  }
  const own = Object.entries(figures).map(([name, figure]) => `${name} ${short(figure)}`);
  if (own.length > 0) lines.push(`  ${own.join(', ')}`);
  return `${lines.join('\n')}\n`;
}

function fillName(fill: Baseline): string {
  return fill.kind === 'blur'
    ? `a blur of ${fill.sigmaPx} pixels`
    : fill.kind === 'image'
      ? 'another picture'
      : `rgb ${fill.rgb.join(',')}`;
}

function short(value: number): string {
  return String(Number(value.toPrecision(4)));
}

/** Middle of the most important cell, in pixels of the picture. */
function peakOf({ saliency }: Explanation, { width, height }: Image): { readonly x: number; readonly y: number } | undefined {
  const { rows, columns, values } = saliency;
  let best = 0;
  values.forEach((value, cell) => {
    if (value > values[best]!) best = cell;
  });
  if (!(values[best]! > 0)) return undefined;
  return {
    x: Math.floor((((best % columns) + 0.5) * width) / columns),
    y: Math.floor(((Math.floor(best / columns) + 0.5) * height) / rows),
  };
}
