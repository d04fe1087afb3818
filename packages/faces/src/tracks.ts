import type { Box, Face } from '@verilens/core';
import { iou } from '@verilens/vision';

/**
 * How well a face continues another one: above 0 it may be the same, higher is better.
 * Overlap of the boxes, and nearness of their centres in units of the face's size for quick movements.
 */
export function continuity(before: Box, now: Box): number {
  const size = (before.width + before.height + now.width + now.height) / 4;
  const dx = before.x + before.width / 2 - now.x - now.width / 2;
  const dy = before.y + before.height / 2 - now.y - now.height / 2;
  const nearness = 1 - Math.hypot(dx, dy) / size; // 0 when the centres are one face apart
  const growth = Math.abs(Math.log((now.width * now.height) / (before.width * before.height)));
  if (growth > Math.log(3)) return 0; // a face does not grow threefold in area between two looks
  const score = iou(before, now) + Math.max(0, nearness) - 0.25 * growth;
  return nearness < 0.25 ? 0 : score;
}

/**
 * Pairs faces of two moments, best continuity first, each face at most once.
 *
 * @returns for every face of `now` the index of its partner in `before`, or -1
 */
export function pairFaces(before: readonly Box[], now: readonly Box[]): number[] {
  const pairs: { i: number; j: number; score: number }[] = [];
  before.forEach((a, i) => {
    now.forEach((b, j) => {
      const score = continuity(a, b);
      if (score > 0) pairs.push({ i, j, score });
    });
  });
  pairs.sort((a, b) => b.score - a.score || a.i - b.i || a.j - b.j);
  const partner = new Array<number>(now.length).fill(-1);
  const taken = new Set<number>();
  for (const { i, j } of pairs) {
    if (partner[j] !== -1 || taken.has(i)) continue;
    partner[j] = i;
    taken.add(i);
  }
  return partner;
}

/** Gives faces of successive bursts stable person-track numbers. */
export interface TrackBook {
  /** Numbers for faces first seen at `startMs` in `first` boxes and last seen at `endMs` in `last` boxes. */
  assign(first: readonly Box[], last: readonly Box[], startMs: number, endMs: number): number[];
  /** Ends all tracks: after a cut nobody is the same without proof. */
  cut(): void;
}

/**
 * @param maxGapMs a person away for longer gets a new number: faces are told apart by place, not by looks
 */
export function createTrackBook(maxGapMs: number): TrackBook {
  let next = 0;
  let open: { id: number; box: Box; lastMs: number }[] = [];
  return {
    assign(first, last, startMs, endMs) {
      const candidates = open.filter((track) => startMs - track.lastMs <= maxGapMs);
      const partner = pairFaces(
        candidates.map((track) => track.box),
        first,
      );
      const ids = partner.map((at) => candidates[at]?.id ?? next++);
      open = [...ids.map((id, j) => ({ id, box: last[j]!, lastMs: endMs })), ...candidates.filter((_, i) => !partner.includes(i))];
      return ids;
    },
    cut() {
      open = [];
    },
  };
}

/** One person's face at some frames of a burst, in order of time. */
export interface FaceChain {
  readonly frames: readonly number[];
  readonly faces: readonly Face[];
}

/** Links faces seen at several frames of one burst into one chain per person. */
export function chainFaces(looks: readonly { readonly frame: number; readonly faces: readonly Face[] }[]): FaceChain[] {
  const chains: { frames: number[]; faces: Face[] }[] = [];
  for (const { frame, faces } of looks) {
    const partner = pairFaces(
      chains.map((chain) => chain.faces.at(-1)!.box),
      faces.map((face) => face.box),
    );
    faces.forEach((face, j) => {
      const chain = partner[j] === -1 ? undefined : chains[partner[j]!];
      if (chain === undefined) chains.push({ frames: [frame], faces: [face] });
      else {
        chain.frames.push(frame);
        chain.faces.push(face);
      }
    });
  }
  return chains;
}
