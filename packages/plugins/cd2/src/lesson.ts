import { type LearningSession, VerilensError } from '@verilens/core';
import { type Cd2Config, PLACE } from './config.ts';
import type { Lesson } from './knowledge.ts';
import { planesOf } from './pixels.ts';

/** A session as the network sees it. @throws VerilensError BAD_INPUT for one that cannot be learned */
export function lessonOf({ classes }: LearningSession, known: readonly string[], config: Cd2Config): Lesson {
  if (classes.length === 0) throw refused('the session holds no class', 'at least one class', 'none');
  const names = classes.map(({ label }) => label);
  for (const [index, { label, images }] of classes.entries()) {
    if (label === '') throw refused('a class has no name', 'a label', `"" at place ${index}`);
    if (names.indexOf(label) !== index) throw refused('a class stands twice in the session', 'all its pictures in one place', label);
    if (images.length === 0) throw refused('a class has no picture', 'at least one picture', `none of "${label}"`);
  }
  const labels = [...known, ...names.filter((label) => !known.includes(label))];
  const owners = classes.flatMap(({ label, images }) => images.map(() => labels.indexOf(label)));
  const pictures = planesOf(
    classes.flatMap(({ images }) => images),
    config.side,
  );
  return { pictures, owners: Int32Array.from(owners), labels };
}

function refused(summary: string, expected: string, got: string): VerilensError {
  return new VerilensError('BAD_INPUT', summary, { place: PLACE, expected, got });
}
