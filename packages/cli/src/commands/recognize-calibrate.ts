import { cosineAtRate, throwIfAborted } from '@verilens/core';
import { resolve } from 'node:path';
import { exitCode } from '../exit-code.ts';
import { failureLine, isAbort, toFailure } from '../failure.ts';
import { jsonDocument, writeWhole } from '../json-document.ts';
import { createProgress } from '../progress.ts';
import { openRecognizer, type RecognizerChoice } from '../recognizer-session.ts';
import type { CliEnvironment } from '../run.ts';
import { table } from '../table.ts';
import { printable } from '../terminal.ts';

export interface CalibrateCommandOptions extends RecognizerChoice {
  readonly out: string;
  readonly data?: string;
}

/** Every pair of pictures of known people, and what their cosines mean. */
export async function calibrate(folder: string, options: CalibrateCommandOptions, environment: CliEnvironment): Promise<number> {
  const { terminal, signal } = environment;
  const [{ classFolders }, { allPairs, fitSimilarity }] = await Promise.all([import('@verilens/data/node'), import('@verilens/metrics')]);
  const people = await classFolders(resolve(environment.folder, folder), { name: folder });
  const progress = createProgress(terminal);
  await using session = await openRecognizer(options, environment);
  const { recognizer } = session;
  const vectors: Float32Array[] = [];
  const names: string[] = [];
  let refused = 0;
  try {
    for (const [index, item] of people.items.entries()) {
      throwIfAborted(signal, item.id);
      progress.show(item.id, index / people.items.length);
      try {
        const { vector } = await recognizer.embed(await item.open({ signal }), { signal });
        vectors.push(vector);
        names.push(people.classes[item.label]!);
      } catch (error) {
        if (signal.aborted || isAbort(error)) throw error;
        refused++;
        progress.clear();
        terminal.err(`${printable(item.id)}: ${printable(failureLine(toFailure(error)))}\n`);
      }
    }
  } finally {
    progress.clear();
  }
  const pairs = allPairs(vectors, names);
  const calibration = fitSimilarity(pairs.scores, pairs.labels, {
    model: recognizer.model,
    data: [`${options.data ?? folder}: ${vectors.length} pictures of ${new Set(names).size} people`],
    command: `verilens recognize calibrate ${folder}`,
    identities: pairs.identities,
  });
  await writeWhole(resolve(environment.folder, options.out), jsonDocument(calibration));
  const rows = [0.1, 0.01, 0.001, 0.0001].map((rate) => {
    const cosine = cosineAtRate(rate, calibration);
    const accepted = (label: number): string => {
      const of = [...pairs.scores].filter((_, pair) => pairs.labels[pair] === label);
      return `${of.filter((score) => score >= cosine).length} of ${of.length}`;
    };
    return [String(rate), cosine.toFixed(3), accepted(0), accepted(1), rate < calibration.measuredDownTo ? 'extrapolated' : ''];
  });
  terminal.out(`${table([['false accepts', 'cosine', 'different people', 'same person', ''], ...rows])}\n`);
  terminal.err(`Calibration: ${printable(options.out)}\n`);
  return refused === people.items.length ? exitCode.failed : exitCode.ok;
}
