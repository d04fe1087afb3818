import { type Image, type IncrementalLearner, type LearningSession, VerilensError } from '@verilens/core';
import { readdir } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { encodeImage } from '../encode-image.ts';
import { exitCode } from '../exit-code.ts';
import { isAbort } from '../failure.ts';
import { writeWhole } from '../json-document.ts';
import { type LearnerChoice, type LearnerSession, openLearner, openSmall } from '../learner-session.ts';
import { createProgress, type Progress } from '../progress.ts';
import type { CliEnvironment } from '../run.ts';

export interface LearnCommandOptions extends LearnerChoice {
  readonly learner: string;
  readonly continue?: string;
  readonly test?: string;
  readonly exemplars?: string;
  readonly seed: number;
  readonly json?: boolean;
}

/** One line of the answer. */
interface SessionLine {
  readonly folder: string;
  readonly session: number;
  readonly classes: readonly string[];
  readonly pictures: number;
  /** Files that could not be read, and why. */
  readonly skipped: readonly { readonly file: string; readonly reason: string }[];
  readonly known: number;
  readonly memory: { readonly exemplars: number; readonly bytes: number };
  readonly seconds: number;
  /** Share of test pictures of known classes that are named right. */
  readonly accuracy?: number;
  readonly device: string;
}

/** Learns folder after folder. The learner is written after each session, so an interruption loses the running one alone. */
export async function learn(folder: string, options: LearnCommandOptions, environment: CliEnvironment): Promise<number> {
  const { terminal, folder: here, signal } = environment;
  const root = resolve(here, folder);
  const sessions = await sessionFolders(root, folder);
  const progress = createProgress(terminal, { enabled: !(options.json === true && terminal.outIsTty) });
  progress.show(folder, undefined, 'loading');
  let finished = 0;
  try {
    await using opened = await openLearner(options.continue, options, environment);
    const { learner } = opened;
    for (const name of sessions) {
      const { session, skipped } = await readSession(opened, join(root, name), name, progress, signal);
      const started = performance.now();
      const result = await learner.learn(session, {
        seed: options.seed,
        signal,
        onProgress: (fraction, stage) => progress.show(name, fraction, stage),
      });
      const seconds = Math.round((performance.now() - started) / 100) / 10;
      await writeWhole(resolve(here, options.learner), await learner.save());
      finished++;
      const accuracy = options.test === undefined ? undefined : await accuracyOn(options.test, opened, environment, progress);
      progress.clear();
      const line: SessionLine = {
        folder: name,
        session: result.session,
        classes: session.classes.map(({ label }) => label),
        pictures: session.classes.reduce((sum, { images }) => sum + images.length, 0),
        skipped,
        known: result.labels.length,
        memory: result.memory,
        seconds,
        ...(accuracy !== undefined && { accuracy }),
        device: result.device,
      };
      for (const { file, reason } of skipped) terminal.err(`passed over ${file}: ${reason}\n`);
      terminal.out(options.json ? `${JSON.stringify(line)}\n` : `${sentence(line)}\n`);
    }
    if (options.exemplars !== undefined) await writeExemplars(learner, resolve(here, options.exemplars));
    return exitCode.ok;
  } catch (error) {
    if (!signal.aborted && !isAbort(error)) throw error;
    terminal.err(
      finished === 0
        ? 'Interrupted before a session was done: nothing is written.\n'
        : `Interrupted. ${options.learner} knows ${finished} of ${sessions.length} sessions; go on with --continue ${options.learner} and the folders left.\n`,
    );
    return exitCode.interrupted;
  } finally {
    progress.clear();
  }
}

/** @throws VerilensError NOT_FOUND, BAD_INPUT */
async function sessionFolders(root: string, shown: string): Promise<string[]> {
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
  // session-10 after session-2
  return names.sort(new Intl.Collator('en', { numeric: true }).compare);
}

async function readSession(
  { engine }: LearnerSession,
  root: string,
  name: string,
  progress: Progress,
  signal: AbortSignal,
): Promise<{ readonly session: LearningSession; readonly skipped: SessionLine['skipped'] }> {
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

/** Over the test pictures of classes that are known by now. */
async function accuracyOn(
  folder: string,
  { engine, learner }: LearnerSession,
  { folder: here, signal }: CliEnvironment,
  progress: Progress,
): Promise<number | undefined> {
  const { classFolders } = await import('@verilens/data/node');
  const files = await classFolders(resolve(here, folder), { name: folder });
  const items = files.items.filter(({ label }) => learner.labels.includes(files.classes[label]!));
  let right = 0;
  for (const [at, { label, path }] of items.entries()) {
    progress.show(folder, at / items.length, 'testing');
    const { labels } = await learner.predict(await openSmall(engine, path, signal), { signal });
    if (labels[0]!.label === files.classes[label]) right++;
  }
  return items.length === 0 ? undefined : right / items.length;
}

async function writeExemplars(learner: IncrementalLearner, folder: string): Promise<void> {
  const counts = new Map<string, number>();
  for (const { label, image } of await learner.exemplars()) {
    const number = counts.get(label) ?? 0;
    counts.set(label, number + 1);
    // labels come from folders, but a restored learner's may hold anything
    const safe = label.replaceAll(/[^\p{L}\p{N} _-]+/gu, '_');
    await writeWhole(join(folder, `${safe}-${number + 1}.png`), await encodeImage(image));
  }
}

function sentence({ folder, classes, pictures, known, memory, seconds, accuracy }: SessionLine): string {
  const right = accuracy === undefined ? '' : `, ${(100 * accuracy).toFixed(1)} % of the test pictures right`;
  return `${folder}: ${classes.length} classes from ${pictures} pictures in ${seconds} s; ${known} known, ${memory.exemplars} pictures kept${right}`;
}
