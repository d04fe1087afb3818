import { drawSessions, type PictureSet } from '@verilens/data';
import { random } from '@verilens/nn';
import type { Cd2Config } from './config.ts';
import type { Lesson } from './knowledge.ts';
import { planesOf } from './pixels.ts';

export interface StreamSize {
  /** Classes of the base session, and pictures of each. */
  readonly base: number;
  readonly basePictures: number;
  readonly sessions: number;
  readonly ways: number;
  readonly shots: number;
  /** Test pictures of each class. */
  readonly test: number;
}

export interface StreamPictures {
  readonly train: PictureSet;
  readonly test: PictureSet;
  /** Pictures nearer to those that are learned than the test's, where a set has both. */
  readonly again?: PictureSet;
}

/** Sessions with the test pictures of all classes; `owners` count classes in the order they are learned. */
export interface Stream {
  readonly lessons: readonly Lesson[];
  readonly test: Lesson;
  readonly again?: Lesson;
  /** Session of each class, in the order they are learned. */
  readonly sessionOf: readonly number[];
}

/** Which classes come when, and which pictures stand for them, drawn from the seed. */
export async function drawStream(
  { train, test, again }: StreamPictures,
  size: StreamSize,
  config: Cd2Config,
  seed: number,
): Promise<Stream> {
  const { pictureAt } = await import('@verilens/data');
  const { base, sessions, ways, shots } = size;
  const drawn = drawSessions(train.labels, { base, sessions, ways, shots }, { seed, shuffleClasses: true });
  const order = drawn.flatMap(({ classes }) => classes);
  const lesson = (set: PictureSet, places: readonly number[], known: number): Lesson => ({
    pictures: planesOf(
      places.map((place) => pictureAt(set, place)),
      config.side,
    ),
    owners: Int32Array.from(places, (place) => order.indexOf(set.labels[place]!)),
    labels: order.slice(0, known).map((label) => set.classes[label]!),
  });
  const tested = (set: PictureSet): Lesson =>
    lesson(
      set,
      order.flatMap((label) => some(set, label, size.test, seed)),
      order.length,
    );
  let known = 0;
  const lessons = drawn.map(({ classes, items }, session) => {
    known += classes.length;
    return lesson(train, session === 0 ? classes.flatMap((label) => some(train, label, size.basePictures, seed)) : items, known);
  });
  return {
    lessons,
    test: tested(test),
    ...(again && { again: tested(again) }),
    sessionOf: drawn.flatMap(({ classes }, session) => classes.map(() => session)),
  };
}

function some({ labels }: PictureSet, label: number, count: number, seed: number): number[] {
  const own = Array.from(labels.keys()).filter((place) => labels[place] === label);
  const draw = random(seed, 'cd2 pictures', label);
  return Array.from({ length: Math.min(count, own.length) }, () => own.splice(draw.below(own.length), 1)[0]!);
}
