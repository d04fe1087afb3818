import type { Box } from '@verilens/core';
import type { FaceSighting } from '../../protocol.ts';

/** Faces were looked at in runs of neighbouring frames; across gaps up to this long a face is taken to have moved on evenly. */
const LONGEST_GAP_MS = 900;

/** Where each followed face is at a time, between sightings by going on evenly from one to the next. */
export function facesAt(sightings: readonly FaceSighting[], timeMs: number): { readonly trackId: number; readonly box: Box }[] {
  const around = new Map<number, { before?: Moment; after?: Moment }>();
  for (const { trackId, timestampsMs, boxes } of sightings) {
    const own = around.get(trackId) ?? {};
    timestampsMs.forEach((at, i) => {
      const moment = { at, box: boxes[i]! };
      if (at <= timeMs && (own.before === undefined || at > own.before.at)) own.before = moment;
      if (at >= timeMs && (own.after === undefined || at < own.after.at)) own.after = moment;
    });
    around.set(trackId, own);
  }
  return [...around].flatMap(([trackId, { before, after }]) => {
    const box = between(before, after, timeMs);
    return box === undefined ? [] : [{ trackId, box }];
  });
}

interface Moment {
  readonly at: number;
  readonly box: Box;
}

function between(before: Moment | undefined, after: Moment | undefined, timeMs: number): Box | undefined {
  if (before === undefined || after === undefined) {
    const only = before ?? after;
    return only !== undefined && Math.abs(only.at - timeMs) <= LONGEST_GAP_MS / 2 ? only.box : undefined;
  }
  const gap = after.at - before.at;
  if (gap > LONGEST_GAP_MS) return timeMs - before.at < gap / 4 && timeMs - before.at < LONGEST_GAP_MS / 2 ? before.box : undefined;
  const t = gap === 0 ? 0 : (timeMs - before.at) / gap;
  const mix = (a: number, b: number): number => a + (b - a) * t;
  return {
    x: mix(before.box.x, after.box.x),
    y: mix(before.box.y, after.box.y),
    width: mix(before.box.width, after.box.width),
    height: mix(before.box.height, after.box.height),
  };
}
