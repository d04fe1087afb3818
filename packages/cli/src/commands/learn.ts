import type { IncrementalLearner } from '@verilens/core';
import { type LearnedSession, learningHtml } from '@verilens/report';
import { basename, join, resolve } from 'node:path';
import { encodeImage } from '../encode-image.ts';
import { exitCode } from '../exit-code.ts';
import { isAbort } from '../failure.ts';
import { writeWhole } from '../json-document.ts';
import { accuracyOf, type Answers, answersOn, confusionOf } from '../learner-answers.ts';
import { readSession, sessionFolders, type SkippedFile } from '../learner-folders.ts';
import { type LearnerChoice, openLearner } from '../learner-session.ts';
import { createProgress } from '../progress.ts';
import { reserveFile } from '../report-file.ts';
import type { CliEnvironment } from '../run.ts';
import { version } from '../version.ts';

export interface LearnCommandOptions extends LearnerChoice {
  readonly learner: string;
  readonly continue?: string;
  readonly test?: string;
  readonly exemplars?: string;
  readonly report?: string;
  readonly seed: number;
  readonly json?: boolean;
}

/** One line of the answer. */
interface SessionLine {
  readonly folder: string;
  readonly session: number;
  readonly classes: readonly string[];
  readonly pictures: number;
  readonly skipped: readonly SkippedFile[];
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
  const report = options.report === undefined ? undefined : await reserveFile(options.report, here);
  const progress = createProgress(terminal, { enabled: !(options.json === true && terminal.outIsTty) });
  progress.show(folder, undefined, 'loading');
  const learned: LearnedSession[] = [];
  let written = false;
  try {
    await using opened = await openLearner(options.continue, options, environment);
    const { learner } = opened;
    const knownBefore = learner.labels.length;
    let first: ReadonlySet<string> = new Set(learner.labels);
    let answers: Answers | undefined;
    let interrupted = false;
    try {
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
        if (first.size === 0) first = new Set(result.labels);
        const facts = {
          classes: session.classes.map(({ label }) => label),
          pictures: session.classes.reduce((sum, { images }) => sum + images.length, 0),
          known: result.labels.length,
          seconds,
        };
        learned.push({ name, ...facts });
        if (options.test !== undefined) answers = await answersOn(options.test, opened, environment, progress);
        const accuracy = answers && accuracyOf(answers, first);
        if (accuracy !== undefined) learned[learned.length - 1] = { name, ...facts, accuracy };
        progress.clear();
        const line: SessionLine = {
          folder: name,
          session: result.session,
          ...facts,
          skipped,
          memory: result.memory,
          ...(accuracy !== undefined && { accuracy: accuracy.all }),
          device: result.device,
        };
        for (const { file, reason } of skipped) terminal.err(`passed over ${file}: ${reason}\n`);
        terminal.out(options.json ? `${JSON.stringify(line)}\n` : `${sentence(line)}\n`);
      }
    } catch (error) {
      if (!signal.aborted && !isAbort(error)) throw error;
      interrupted = true;
      progress.clear();
      terminal.err(
        learned.length === 0
          ? 'Interrupted before a session was done: nothing is written.\n'
          : `Interrupted. ${options.learner} knows ${learned.length} of ${sessions.length} sessions; go on with --continue ${options.learner} and the folders left.\n`,
      );
    }
    if (learned.length === 0) return exitCode.interrupted;
    if (options.exemplars !== undefined) await writeExemplars(learner, resolve(here, options.exemplars));
    if (report !== undefined) {
      const about = {
        learner: basename(options.learner),
        method: learner.name,
        device: opened.device,
        sessions: learned,
        knownBefore,
        memory: learner.memory,
        ...(answers && { confusion: await confusionOf(answers, learner) }),
        kept: await learner.exemplars(),
      };
      await report.write(await learningHtml(about, { encode: encodeImage, incomplete: interrupted, generator: `verilens ${version()}` }));
      written = true;
      if (options.json !== true) terminal.err(`Report: ${report.path}\n`);
    }
    return interrupted ? exitCode.interrupted : exitCode.ok;
  } finally {
    progress.clear();
    if (!written) await report?.discard();
  }
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
