import type { Box, VideoFrame } from '@verilens/core';
import { TRACKING_EVENTS, trackingSequence } from '@verilens/data';
import { openMedia } from '@verilens/media';
import { annotations, boxOf, videoOf, type Annotation } from './annotations.ts';

export interface Labelled {
  readonly frame: VideoFrame;
  /** Undefined where nobody placed one or the object is hidden. */
  readonly box: Box | undefined;
  /** Milliseconds it took to decode the frame; undefined for drawn ones. */
  readonly decodeMs?: number;
}

/** Something to follow: its first frame has a box. */
export interface Sequence {
  readonly name: string;
  readonly kind: 'drawn' | 'real';
  readonly frames: () => AsyncIterable<Labelled>;
}

/** Frames that a drawn path takes, whatever part of it is followed: shorter ones move faster. */
const PACE = 120;

/** Seven kinds of events, drawn with exact truth: the first `frames` of each. */
export function drawnSequences(seeds: readonly number[], frames: number): readonly Sequence[] {
  return seeds.flatMap((seed) =>
    TRACKING_EVENTS.map((event): Sequence => ({
      name: `${event} ${seed}`,
      kind: 'drawn',
      frames: () => begin(trackingSequence({ event, seed, frames: PACE }), frames),
    })),
  );
}

async function* begin(all: AsyncIterable<Labelled>, count: number): AsyncGenerator<Labelled> {
  let left = count;
  for await (const one of all) {
    yield one;
    left -= 1;
    if (left <= 0) return;
  }
}

/** Which of the boxes placed by hand count: the first always begins the sequence. */
export type Part = 'all' | 'odd' | 'even';

/** Annotated clips of installed packages, and those that are missing. */
export function realSequences(
  part: Part = 'all',
  most = Infinity,
): { readonly found: readonly Sequence[]; readonly missing: readonly Annotation[] } {
  const all = annotations();
  return {
    found: all.flatMap((annotation): Sequence[] => {
      const video = videoOf(annotation);
      return video === undefined ? [] : [{ name: annotation.name, kind: 'real', frames: () => clip(video, annotation, part, most) }];
    }),
    missing: all.filter((annotation) => videoOf(annotation) === undefined),
  };
}

/** The frames from the first box to the last one. */
async function* clip(video: string, { boxes }: Annotation, part: Part, most: number): AsyncGenerator<Labelled> {
  const used = boxes.filter((_, i) => i === 0 || part === 'all' || i % 2 === (part === 'odd' ? 1 : 0));
  const known = new Map(used.map(({ frame, box }) => [frame, boxOf(box)]));
  const first = used[0]!.frame;
  const last = Math.min(used.at(-1)!.frame, first + most - 1);
  await using media = await openMedia(video);
  let at = 0;
  let asked = performance.now();
  for await (const frame of media.frames()) {
    const decodeMs = performance.now() - asked;
    if (at >= first) yield { frame, box: known.get(at), decodeMs };
    if (at === last) return;
    at += 1;
    asked = performance.now();
  }
}
