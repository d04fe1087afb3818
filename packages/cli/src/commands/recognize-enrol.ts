import { throwIfAborted, VerilensError } from '@verilens/core';
import { readFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { exitCode } from '../exit-code.ts';
import type { Failure } from '@verilens/report';
import { failureLine, isAbort, toFailure } from '../failure.ts';
import { jsonDocument, writeWhole } from '../json-document.ts';
import { createProgress } from '../progress.ts';
import { openRecognizer, type RecognizerChoice } from '../recognizer-session.ts';
import type { CliEnvironment } from '../run.ts';
import { printable } from '../terminal.ts';

export interface EnrolCommandOptions extends RecognizerChoice {
  readonly gallery: string;
  readonly add?: boolean;
  readonly pictures: boolean;
  readonly json?: boolean;
}

/** Everyone in a folder of people. A picture that cannot be used is passed over and named; a person without one is a failure. */
export async function enrol(folder: string, options: EnrolCommandOptions, environment: CliEnvironment): Promise<number> {
  const { terminal, signal } = environment;
  const { classFolders } = await import('@verilens/data/node');
  const people = await classFolders(resolve(environment.folder, folder), { name: folder });
  const path = resolve(environment.folder, options.gallery);
  const progress = createProgress(terminal);
  await using session = await openRecognizer(options, environment);
  const { recognizer } = session;
  if (options.add === true) await recognizer.loadGallery(await readGallery(path));
  const refused: { readonly picture: string; readonly failure: Failure }[] = [];
  const enrolled = new Set<number>();
  try {
    for (const [index, item] of people.items.entries()) {
      throwIfAborted(signal, item.id);
      const identity = people.classes[item.label]!;
      progress.show(identity, index / people.items.length, `${index + 1} of ${people.items.length} pictures`);
      try {
        await recognizer.enroll(identity, [await item.open({ signal })], { keepPicture: options.pictures, signal });
        enrolled.add(item.label);
      } catch (error) {
        if (signal.aborted || isAbort(error)) throw error;
        refused.push({ picture: item.id, failure: toFailure(error) });
      }
    }
  } finally {
    progress.clear();
  }
  for (const { picture, failure } of refused) terminal.err(`${printable(picture)}: ${printable(failureLine(failure))}\n`);
  for (const { path: file, reason } of people.skipped) terminal.err(`${printable(file)}: passed over, ${reason}\n`);
  const missing = people.classes.filter((_, label) => !enrolled.has(label));
  if (enrolled.size === 0) {
    throw new VerilensError('BAD_INPUT', 'nobody could be enrolled', {
      place: folder,
      expected: 'one picture of one face for each person',
      got: `${refused.length} pictures that cannot be used`,
    });
  }
  await writeWhole(path, await recognizer.saveGallery());
  if (options.json === true) {
    terminal.out(jsonDocument({ gallery: path, model: recognizer.model, identities: recognizer.enrolled, refused, missing }));
  } else {
    const pictures = recognizer.enrolled.reduce((sum, { samples }) => sum + samples, 0);
    terminal.out(`${recognizer.enrolled.length} people, ${pictures} pictures: ${printable(options.gallery)}\n`);
    for (const person of missing) terminal.err(`not enrolled: ${printable(person)}\n`);
  }
  return missing.length === 0 ? exitCode.ok : exitCode.failed;
}

/** @throws VerilensError NOT_FOUND, TOO_LARGE */
export async function readGallery(path: string): Promise<Uint8Array> {
  return readFile(path).catch((cause: unknown) => {
    throw new VerilensError('NOT_FOUND', 'there is no gallery', {
      place: path,
      expected: 'a file made by "recognize enrol"',
      remedy: 'Make one: verilens recognize enrol <folder of people> --gallery <file>.',
      cause,
    });
  });
}
