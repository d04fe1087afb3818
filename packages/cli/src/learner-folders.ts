import { type Image, type LearningSession, VerilensError } from '@verilens/core';
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { type LearnerSession, openSmall } from './learner-session.ts';
import type { Progress } from './progress.ts';

/** A file that could not be read, and why. */
export interface SkippedFile {
  readonly file: string;
  readonly reason: string;
}

/** Names of the folders of sessions, in the order they are learned. @throws VerilensError NOT_FOUND, BAD_INPUT */
export async function sessionFolders(root: string, shown: string): Promise<string[]> {
  const entries = await readdir(root, { withFileTypes: true }).catch((cause: unknown) => {
    throw new VerilensError('NOT_FOUND', 'the folder cannot be read', {
      place: shown,
      expected: 'a folder',
      remedy: 'Check the path.',
      cause,
    });
  });
  const names = entries.filter((entry) => entry.isDirectory() && !entry.name.startsWith('.')).map(({ name }) => name);
  if (names.length === 0)
    throw new VerilensError('BAD_INPUT', 'the folder holds no session', {
      place: shown,
      expected: 'one folder a session, and in it one folder of pictures a class',
      got: entries.length === 0 ? 'an empty folder' : 'files alone',
    });
  await refuseClasses(root, names, shown);
  // session-10 after session-2
  return names.sort(new Intl.Collator('en', { numeric: true }).compare);
}

/** Folders of pictures alone are classes: which session they belong to is not guessed. */
async function refuseClasses(root: string, names: readonly string[], shown: string): Promise<void> {
  const inside = await Promise.all(names.map((name) => readdir(join(root, name), { withFileTypes: true })));
  if (inside.some((entries) => entries.some((entry) => entry.isDirectory()))) return;
  const at = inside.findIndex((entries) => entries.some((entry) => entry.isFile()));
  if (at < 0) return;
  throw new VerilensError('BAD_INPUT', 'the folders hold pictures, so they are classes and no sessions', {
    place: shown,
    expected: 'one folder a session, and in it one folder of pictures a class',
    got: `files in ${names[at]}`,
    remedy: `Put a folder between, named after the session: ${shown}/1/${names[at]}.`,
  });
}

/** The pictures of a session; one that cannot be read is passed over. @throws VerilensError BAD_INPUT when a class is left without any */
export async function readSession(
  { engine }: LearnerSession,
  root: string,
  name: string,
  progress: Progress,
  signal: AbortSignal,
): Promise<{ readonly session: LearningSession; readonly skipped: readonly SkippedFile[] }> {
  const { classFolders } = await import('@verilens/data/node');
  const files = await classFolders(root, { name });
  const images: Image[][] = files.classes.map(() => []);
  const skipped = files.skipped.map(({ path, reason }) => ({ file: path, reason }));
  for (const [at, { label, path, id }] of files.items.entries()) {
    progress.show(name, at / files.items.length, 'reading');
    try {
      images[label]!.push(await openSmall(engine, path, signal));
    } catch (error) {
      if (signal.aborted || !(error instanceof VerilensError)) throw error;
      skipped.push({ file: `${name}/${id}`, reason: error.message });
    }
  }
  const classes = files.classes.map((label, i) => ({ label, images: images[i]! }));
  const empty = classes.find((own) => own.images.length === 0);
  if (empty !== undefined)
    throw new VerilensError('BAD_INPUT', 'no picture of a class could be read', {
      place: `${name}/${empty.label}`,
      expected: 'at least one picture',
      got: skipped.at(-1)?.reason,
      remedy: 'Replace the pictures or take the folder away.',
    });
  return { session: { classes }, skipped };
}
