import type { Box, Plugin } from '@verilens/core';
import { trackingScore, type TrackingScore } from '@verilens/metrics';
import { native } from '@verilens/runtime-native';
import { boxOf } from './annotations.ts';
import type { OpenCv, Peer } from './opencv.ts';
import type { Sequence } from './sequences.ts';

/** One tracker on one sequence. */
export interface Course {
  readonly score: TrackingScore;
  /** Frames followed after the first; the milliseconds their updates took, by the clock and of CPU time. */
  readonly frames: number;
  readonly updateMs: number;
  readonly updateCpuMs: number;
  readonly initMs: number;
}

export interface Contest {
  readonly sequence: Sequence;
  readonly courses: ReadonlyMap<string, Course>;
  readonly decodeMs: number | undefined;
}

/**
 * All trackers on one sequence in one pass, frame after frame in turn, so that whatever else the machine does falls on all
 * alike. Each is given the same decoded picture in its own layout; only its own call is timed. The first frame's box is
 * given and does not count.
 */
export async function contest(
  sequence: Sequence,
  ours: Readonly<Record<string, () => Plugin<'tracker'>>>,
  peers: { readonly opencv: OpenCv; readonly names: readonly Peer[] } | undefined,
): Promise<Contest> {
  await using runtime = await native({ device: 'cpu', threads: 1 });
  const trackers = await Promise.all(
    Object.entries(ours).map(async ([name, make]) => ({ name, tracker: await make().create({ runtime }) })),
  );
  const names = [...trackers.map(({ name }) => name), ...(peers?.names ?? [])];
  const courses = new Map(names.map((name) => [name, { boxes: [] as Box[], updateMs: 0, updateCpuMs: 0, initMs: 0 }]));
  const truth: (Box | undefined)[] = [];
  let decodeMs: number | undefined;
  let begun = false;
  const note = (name: string, box: Box, ms: number, cpuMs: number, first: boolean): void => {
    const course = courses.get(name)!;
    if (first) course.initMs = ms;
    else {
      course.boxes.push(box);
      course.updateMs += ms;
      course.updateCpuMs += cpuMs;
    }
  };
  for await (const { frame, box, decodeMs: decoding } of sequence.frames()) {
    if (decoding !== undefined) decodeMs = (decodeMs ?? 0) + decoding;
    const first = !begun;
    begun = true;
    if (!first) truth.push(box);
    for (const { name, tracker } of trackers) {
      const cpu = process.cpuUsage();
      const result = first ? await tracker.init(frame, box!) : await tracker.update(frame);
      // of all threads of this process: its garbage collector's and compiler's too
      const { user, system } = process.cpuUsage(cpu);
      note(name, result.box, result.durationMs, (user + system) / 1000, first);
    }
    if (peers === undefined) continue;
    const answer = first ? await peers.opencv.begin(frame.image, box!, peers.names) : await peers.opencv.follow(frame.image);
    for (const name of peers.names) note(name, boxOf(answer[name].box), answer[name].ms, answer[name].cpuMs, first);
  }
  for (const { tracker } of trackers) await tracker.dispose();
  return {
    sequence,
    decodeMs: decodeMs === undefined ? undefined : decodeMs / (truth.length + 1),
    courses: new Map(
      [...courses].map(([name, { boxes, ...times }]) => [name, { score: trackingScore(boxes, truth), frames: boxes.length, ...times }]),
    ),
  };
}
