import type { Parameters } from '@verilens/nn';
import type { Planes } from './pixels.ts';

/** Everything a learner knows. Never changed in place: a session that fails leaves the old one. */
export interface Knowledge {
  /** In the order they were learned. */
  readonly labels: readonly string[];
  /** Pictures seen of each class. */
  readonly seen: readonly number[];
  /** Classes of the first session. */
  readonly baseClasses: number;
  /** Sessions done. */
  readonly sessions: number;
  /** Frozen after the first session. */
  readonly backbone: Parameters;
  readonly head: Parameters;
  /** The made pictures: K of the first class, K of the second, ... */
  readonly memory: Planes;
}

/** Pictures of one session with places in the labels, new classes after the known ones. */
export interface Lesson {
  readonly pictures: Planes;
  /** One for each picture: place in `labels`. */
  readonly owners: Int32Array;
  /** All labels, old and new. */
  readonly labels: readonly string[];
}

/** The rows of a [n, width] array that belong to each class named, as lists of places. */
export function placesByOwner(owners: Int32Array): ReadonlyMap<number, readonly number[]> {
  const places = new Map<number, number[]>();
  owners.forEach((owner, place) => {
    const own = places.get(owner);
    if (own === undefined) places.set(owner, [place]);
    else own.push(place);
  });
  return places;
}
