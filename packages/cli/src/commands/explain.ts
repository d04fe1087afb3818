import {
  type Baseline,
  type Engine,
  type ExplainableModel,
  type Explanation,
  type Image,
  type Objective,
  objectiveName,
} from '@verilens/core';
import { basename, resolve } from 'node:path';
import { exitCode } from '../exit-code.ts';
import { modelPlugin, openExplained, pictureOf } from '../explained-model.ts';
import { UsageError } from '../failure.ts';
import { fileFacts } from '../file-facts.ts';
import { jsonDocument, writeWhole } from '../json-document.ts';
import { openEngine } from '../open-engine.ts';
import type { DeviceName } from '../options.ts';
import { pickOfRole } from '../pick-plugin.ts';
import { withOptions } from '../plugin-options.ts';
import { createProgress } from '../progress.ts';
import { reserveFile } from '../report-file.ts';
import type { CliEnvironment } from '../run.ts';
import { version } from '../version.ts';

export interface ExplainCommandOptions {
  /** A detector or recognizer by its name, an ONNX file, a folder of a hub classifier, or `hub:owner/name`. */
  readonly model: string;
  /** Leave to fetch a hub model that is not here. */
  readonly download?: boolean;
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
  /** JSON file given to the factory of the explainer. */
  readonly options?: string;
  /** JSON file given to the factory of the detector or recognizer. */
  readonly modelOptions?: string;
  readonly out?: string;
  readonly report?: string;
  readonly device: DeviceName;
  readonly threads?: number;
  readonly json?: boolean;
}

/** Cells of the map in JSON, in each direction at most. */
const JSON_CELLS = 32;

/** Shows which parts of a picture a model's answer rests on. */
export async function explain(name: string, options: ExplainCommandOptions, environment: CliEnvironment): Promise<number> {
  const { terminal, folder, signal, toolkit } = environment;
  checkUsage(options);
  const explained = await modelPlugin(options.model, environment);
  if (explained === undefined && options.modelOptions !== undefined)
    throw new UsageError('--model-options goes with the name of a plugin after --model; a file takes --describe.');
  const chosen = await pickOfRole('explainer', options.plugin, toolkit, folder);
  const plugins = [
    await withOptions(chosen, options.options, folder),
    ...(explained === undefined ? [] : [await withOptions(explained, options.modelOptions, folder)]),
  ];
  const report = options.report === undefined ? undefined : await reserveFile(options.report, folder);
  const progress = createProgress(terminal, { enabled: !(options.json === true && terminal.outIsTty) });
  progress.show(name, undefined, 'loading');
  let written = false;
  let engine: Engine | undefined;
  try {
    engine = await openEngine(plugins, options, environment);
    const path = resolve(folder, name);
    await using opened = await openExplained(options, explained, await pictureOf(engine, path, signal), engine, environment);
    const { model, image } = opened;
    const objective = await objectiveOf(options, model, engine, environment);
    const explanation = await engine.get('explainer', chosen.name).explain(model, image, objective, {
      method: options.method,
      baseline: options.baseline,
      seed: options.seed,
      ...(options.memory === undefined ? {} : { memoryBytes: options.memory * 2 ** 20 }),
      signal,
      onProgress: (fraction) => progress.show(name, fraction, 'explaining'),
    });
    if (options.out !== undefined) {
      const [{ overlayHeatMap }, { encodePng }] = await Promise.all([import('@verilens/vision'), import('@verilens/media')]);
      await writeWhole(resolve(folder, options.out), await encodePng(overlayHeatMap(image, explanation.saliency)));
    }
    if (report !== undefined) {
      const [{ explanationHtml }, { encodeImage }] = await Promise.all([import('@verilens/report'), import('../encode-image.ts')]);
      const media = { mimeType: 'image', width: image.width, height: image.height, ...(await fileFacts(path, signal)) };
      const item = { name: basename(name), media, image, model, explainer: chosen.name, explanation };
      await report.write(await explanationHtml(item, { encode: encodeImage, generator: `verilens ${version()}` }));
      written = true;
    }
    progress.clear();
    const facts = { picture: basename(name), model, image, plugin: chosen.name, explained: explanation };
    terminal.out(options.json ? jsonDocument(await documentOf(facts)) : await summaryOf(facts));
    if (report !== undefined && options.json !== true) terminal.err(`Report: ${report.path}\n`);
    return exitCode.ok;
  } finally {
    progress.clear();
    if (!written) await report?.discard();
    await engine?.dispose();
  }
}

function checkUsage({ class: place, score, like, against, out }: ExplainCommandOptions): void {
  const given = [place, score, like].filter((one) => one !== undefined).length;
  if (given > 1) throw new UsageError('Say what is to be explained with one of --class, --score and --like, not several.');
  if (against !== undefined && given === 0) throw new UsageError('--against goes with --class or --score.');
  if (against !== undefined && like !== undefined) throw new UsageError('--against goes with --class or --score.');
  if (against !== undefined && place !== undefined && !/^\d+$/.test(against))
    throw new UsageError('With --class, --against takes a number too.');
  if (out !== undefined && !out.toLowerCase().endsWith('.png')) throw new UsageError('--out takes a name that ends in .png.');
}

async function objectiveOf(
  options: ExplainCommandOptions,
  model: ExplainableModel,
  engine: Engine,
  { folder, signal }: CliEnvironment,
): Promise<Objective> {
  const { class: place, score, like, against } = options;
  if (place !== undefined) return against === undefined ? { class: place } : { class: place, against: Number(against) };
  if (score !== undefined) return against === undefined ? { score } : { score, against };
  if (like === undefined) {
    // a detector has one score, and nothing else could be meant
    if (model.outputs.length === 1) return { class: 0 };
    throw new UsageError(
      `Say what is to be explained with one of --class, --score and --like: ${model.name} has ${model.outputs.length} scores.`,
    );
  }
  const { similarityTo } = await import('@verilens/explain');
  const [reference] = await model.score([await pictureOf(engine, resolve(folder, like), signal)], { signal });
  return similarityTo(reference!, `likeness to ${basename(like)}`);
}

interface Facts {
  readonly picture: string;
  readonly model: ExplainableModel;
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
