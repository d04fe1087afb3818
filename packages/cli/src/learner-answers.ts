import type { IncrementalLearner } from '@verilens/core';
import type { Confusion, LearnedSession } from '@verilens/report';
import { resolve } from 'node:path';
import { type LearnerSession, openSmall } from './learner-session.ts';
import type { Progress } from './progress.ts';
import type { CliEnvironment } from './run.ts';

/** Test pictures of classes that are known: what they show, and what they were called. */
export interface Answers {
  readonly actual: readonly string[];
  readonly called: readonly string[];
}

/** Undefined when the folder holds no picture of a known class. @throws VerilensError as the readers do */
export async function answersOn(
  folder: string,
  { engine, learner }: LearnerSession,
  { folder: here, signal }: CliEnvironment,
  progress: Progress,
): Promise<Answers | undefined> {
  const { classFolders } = await import('@verilens/data/node');
  const files = await classFolders(resolve(here, folder), { name: folder });
  const items = files.items.filter(({ label }) => learner.labels.includes(files.classes[label]!));
  const [actual, called]: [string[], string[]] = [[], []];
  for (const [at, { label, path }] of items.entries()) {
    progress.show(folder, at / items.length, 'testing');
    const { labels } = await learner.predict(await openSmall(engine, path, signal), { signal });
    actual.push(files.classes[label]!);
    called.push(labels[0]!.label);
  }
  return items.length === 0 ? undefined : { actual, called };
}

/** Shares named right: of all, of the classes known first, and of those that came later. */
export function accuracyOf({ actual, called }: Answers, first: ReadonlySet<string>): NonNullable<LearnedSession['accuracy']> {
  const share = (chosen: (label: string) => boolean): number | undefined => {
    const places = [...actual.keys()].filter((place) => chosen(actual[place]!));
    return places.length === 0 ? undefined : places.filter((place) => called[place] === actual[place]).length / places.length;
  };
  const [early, later] = [share((label) => first.has(label)), share((label) => !first.has(label))];
  return {
    all: share(() => true)!,
    ...(early !== undefined && { first: early }),
    ...(later !== undefined && { later }),
  };
}

/** Over the classes that were shown or called, in the order they were learned. */
export async function confusionOf({ actual, called }: Answers, { labels }: IncrementalLearner): Promise<Confusion> {
  const { confusionMatrix } = await import('@verilens/metrics');
  const met = labels.filter((label) => actual.includes(label) || called.includes(label));
  return { labels: met, counts: confusionMatrix(called, actual, met) };
}
