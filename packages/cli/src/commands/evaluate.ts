import { VerilensError } from '@verilens/core';
import { join, resolve } from 'node:path';
import { type EvaluatedFile, type Evaluation, evaluateFiles } from '../evaluation.ts';
import { exitCode } from '../exit-code.ts';
import { failureLine, isAbort, toFailure } from '../failure.ts';
import { jsonDocument, writeWhole } from '../json-document.ts';
import { openEngine } from '../open-engine.ts';
import type { DeviceName } from '../options.ts';
import { pickPlugin } from '../pick-plugin.ts';
import { type DetectorChoice, withChoices } from '../plugin-options.ts';
import { createProgress } from '../progress.ts';
import type { CliEnvironment } from '../run.ts';
import { table } from '../table.ts';
import { printable } from '../terminal.ts';
import { version } from '../version.ts';

export interface EvaluateCommandOptions extends DetectorChoice {
  readonly data: string;
  readonly split?: 'train' | 'val' | 'test';
  readonly device: DeviceName;
  readonly threads?: number;
  readonly fps?: number;
  readonly seed: number;
  readonly json?: boolean;
  readonly out?: string;
}

/** Judges every file of a labelled folder and says how well the scores tell real from fake. */
export async function evaluate(name: string, options: EvaluateCommandOptions, environment: CliEnvironment): Promise<number> {
  const { terminal, folder, toolkit, signal } = environment;
  const plugin = await pickPlugin(name, toolkit, folder);
  if (plugin.role !== 'detector')
    throw new VerilensError('UNSUPPORTED', 'only detectors can be evaluated', {
      place: name,
      expected: 'a detector',
      got: `a ${plugin.role}`,
    });
  const chosen = await withChoices([plugin], options, environment);
  const { openDataset } = await import('@verilens/data/node');
  const dataset = await openDataset(resolve(folder, options.data), { split: options.split });
  for (const { path, reason } of dataset.skipped.slice(0, 5)) terminal.err(`passed over ${printable(path)}: ${printable(reason)}\n`);
  if (dataset.skipped.length > 5) terminal.err(`passed over ${dataset.skipped.length - 5} more files\n`);
  const progress = createProgress(terminal);
  progress.show(name, undefined, 'loading models');
  const engine = await openEngine(chosen, options, environment);
  const files: EvaluatedFile[] = [];
  const started = performance.now();
  try {
    for (const [index, item] of dataset.items.entries()) {
      progress.show(item.id, index / dataset.size, `${index + 1} of ${dataset.size}`);
      const facts = { name: item.id, label: item.label, type: item.type, identity: item.identity };
      try {
        const { score, status } = await engine.detect(join(dataset.root, item.id), { detectors: [name], fps: options.fps, signal });
        files.push({ ...facts, score, status });
      } catch (error) {
        if (signal.aborted || isAbort(error)) throw error;
        files.push({ ...facts, score: null, failure: toFailure(error) });
      }
    }
  } finally {
    progress.clear();
    await engine.dispose();
  }
  const result = evaluateFiles(files, options.seed);
  const document = {
    plugin: name,
    version: plugin.version,
    ...(options.model === undefined ? {} : { model: options.model }),
    data: options.data,
    ...(options.split === undefined ? {} : { split: options.split }),
    seed: options.seed,
    date: new Date().toISOString(),
    versions: { verilens: version(), node: process.versions.node },
    device: engine.runtime.device,
    seconds: Math.round((performance.now() - started) / 1000),
    ...result,
    files,
  };
  if (options.out !== undefined) await writeWhole(resolve(folder, options.out), jsonDocument(document));
  terminal.out(options.json ? jsonDocument(document) : evaluationText(files, result));
  return files.some((file) => file.failure !== undefined) ? exitCode.failed : exitCode.ok;
}

function evaluationText(files: readonly EvaluatedFile[], { rows, falseAlarms, inconclusive, unjudged }: Evaluation): string {
  const percent = (share: number): string => `${(share * 100).toFixed(1)} %`;
  const perFile = files
    .toSorted((a, b) => (b.score ?? -1) - (a.score ?? -1))
    .map((file) => [
      file.score === null ? '-' : file.score.toFixed(3),
      file.status ?? 'FAILED',
      file.label === 'real' ? 'real' : (file.type ?? 'fake'),
      printable(file.name),
      file.failure === undefined ? '' : printable(failureLine(file.failure)),
    ]);
  const summary = rows.map((row) => [
    row.type,
    `${row.real} + ${row.fake}`,
    `${row.auc.estimate.toFixed(3)} [${row.auc.low.toFixed(3)}, ${row.auc.high.toFixed(3)}]`,
    percent(row.eer),
    percent(row.detected),
  ]);
  return [
    table([['score', 'status', 'truth', 'file', ''], ...perFile], [0]),
    '',
    rows.length === 0
      ? 'No AUC: it takes judged files of both classes.'
      : table([['fakes', 'real + fake', 'AUC [95 % interval]', 'equal error', 'called manipulated'], ...summary]),
    ...(rows[0]?.resampled === 'files'
      ? ['The interval draws single files: there are too few people to draw whole people, so it is narrower than it should be.']
      : []),
    '',
    `Real files called manipulated: ${percent(falseAlarms)}. Inconclusive: ${percent(inconclusive)}. Without a score: ${unjudged} of ${files.length}.`,
    '',
  ].join('\n');
}
