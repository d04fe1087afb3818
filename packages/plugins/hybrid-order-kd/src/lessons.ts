import { VerilensError } from '@verilens/core';
import { pictureAt, type PictureSet } from '@verilens/data';
import { random } from '@verilens/nn';
import { PLACE } from './config.ts';
import { planeSize, type Planes, planesOf } from './planes.ts';
import type { HybridRecipe } from './recipe.ts';
import type { Normalisation } from './stream.ts';
import { viewsOf } from './views.ts';

/** The same pictures at both resolutions, with their classes. */
export interface Lesson {
  readonly high: Planes;
  readonly low: Planes;
  /** Place of each picture's class among the trained ones, or, for classes left out, in the set. */
  readonly labels: Int32Array;
}

/** What one seed draws of a set. No picture is in two of the lessons. */
export interface Lessons {
  /** Trained classes, by place. */
  readonly classes: readonly string[];
  readonly leftOut: readonly string[];
  /** Augmented views. */
  readonly train: Lesson;
  /** Other pictures of the trained classes. */
  readonly known: Lesson;
  /** Pictures of classes that nobody is trained on, to measure with. */
  readonly strange: Lesson;
  /** Others of those classes, to calibrate with. */
  readonly calibration: Lesson;
  readonly normalisation: Normalisation;
}

/** Classes 2, 5, 8, ... of a set are left out of training: recognising them is what an embedding is for. */
export function isLeftOut(label: number): boolean {
  return label % 3 === 2;
}

/** @throws VerilensError BAD_INPUT for fewer than six classes or fewer than four pictures of one */
export function lessonsOf(set: PictureSet, recipe: HybridRecipe, seed: number): Lessons {
  const { config, kept, pictures, augmentation } = recipe;
  const labels = set.classes.map((_, label) => label);
  if (labels.length < 6) {
    throw new VerilensError('BAD_INPUT', 'too few classes', {
      place: PLACE,
      expected: 'six or more: every third one is left out of training, to calibrate and measure with',
      got: String(labels.length),
    });
  }
  const [known, strange] = [labels.filter((label) => !isLeftOut(label)), labels.filter(isLeftOut)];
  const drawn = new Map(labels.map((label) => [label, drawPlaces(set, label, seed)]));
  /** `kept` pictures of each class, or a third of them where there are fewer. */
  const share = (label: number): number => Math.min(kept, Math.floor(drawn.get(label)!.length / 3));
  const lesson = (from: readonly number[], places: (label: number) => readonly number[], name: (label: number) => number): Lesson => {
    const chosen = from.flatMap((label) => places(label).map((place) => ({ place, label: name(label) })));
    const at = chosen.map(({ place }) => place);
    return {
      high: planesFrom(set, at, config.high, config.channels),
      low: planesFrom(set, at, config.low, config.channels),
      labels: Int32Array.from(chosen, ({ label }) => label),
    };
  };
  const byPlace = (label: number): number => known.indexOf(label);
  const training = lesson(known, (label) => drawn.get(label)!.slice(share(label), share(label) + pictures), byPlace);
  const views = viewsOf(training.high, config.low, augmentation, seed);
  return {
    classes: known.map((label) => set.classes[label]!),
    leftOut: strange.map((label) => set.classes[label]!),
    train: { high: views.high, low: views.low, labels: Int32Array.from(views.of, (picture) => training.labels[picture]!) },
    known: lesson(known, (label) => drawn.get(label)!.slice(0, share(label)), byPlace),
    strange: lesson(
      strange,
      (label) => drawn.get(label)!.slice(0, share(label)),
      (label) => label,
    ),
    calibration: lesson(
      strange,
      (label) => drawn.get(label)!.slice(share(label), 2 * share(label)),
      (label) => label,
    ),
    normalisation: statisticsOf(training.high),
  };
}

function drawPlaces({ labels, classes }: PictureSet, label: number, seed: number): readonly number[] {
  const own = Array.from(labels.keys()).filter((place) => labels[place] === label);
  if (own.length < 4) {
    throw new VerilensError('BAD_INPUT', 'a class has too few pictures', {
      place: PLACE,
      expected: 'four or more of each',
      got: `${own.length} of ${classes[label]}`,
    });
  }
  const { below } = random(seed, 'pictures', label);
  for (let i = own.length - 1; i > 0; i--) {
    const j = below(i + 1);
    [own[i], own[j]] = [own[j]!, own[i]!];
  }
  return own;
}

function statisticsOf(planes: Planes): Normalisation {
  const { count, channels, side, data } = planes;
  const plane = side * side;
  const moments = Array.from({ length: channels }, (_, channel) => {
    let [sum, squares] = [0, 0];
    for (let i = 0; i < count; i++) {
      const from = i * planeSize(planes) + channel * plane;
      for (let j = from; j < from + plane; j++) {
        sum += data[j]!;
        squares += data[j]! ** 2;
      }
    }
    const mean = sum / (count * plane);
    return { mean, std: Math.max(0.01, Math.sqrt(Math.max(0, squares / (count * plane) - mean ** 2))) };
  });
  return { mean: moments.map(({ mean }) => mean), std: moments.map(({ std }) => std) };
}

/** Pictures of a set as networks take them. */
export function planesFrom(set: PictureSet, places: ArrayLike<number>, side: number, channels: 1 | 3): Planes {
  return planesOf(
    Array.from(places, (place) => pictureAt(set, place)),
    side,
    channels,
  );
}
