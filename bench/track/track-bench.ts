import type { Plugin } from '@verilens/core';
import { channelDistillation } from '@verilens/plugin-channel-distillation';
import { round, type Measured, type Row } from '../document.ts';
import { annotations, videoOf } from './annotations.ts';
import { contest, type Contest, type Course } from './contest.ts';
import { findOpenCv, startOpenCv, type OpenCv, type Peer } from './opencv.ts';
import { drawnSequences, realSequences } from './sequences.ts';

/** Share of the channels that the distilled tracker may use. */
const SHARE = 0.25;
const DISTILLED = 'Verilens';
const WHOLE = 'Verilens, all channels';
const PEERS: readonly Peer[] = ['KCF', 'CSRT'];
/** Channels of histograms of gradients and colour names. */
const CHANNELS = 42;

export interface TrackBenchOptions {
  /** Of the drawn sequences: seven kinds for each seed. */
  readonly seeds: readonly number[];
  readonly frames: number;
  /** Frames of a real clip that are followed at most. */
  readonly clipFrames?: number;
  readonly pythons?: readonly string[];
  readonly say: (line: string) => void;
}

/** Our tracker, with chosen channels and with all, against OpenCV's KCF and CSRT: the same frames, boxes, thread and run. */
export async function trackBench({ seeds, frames, clipFrames, pythons, say }: TrackBenchOptions): Promise<Measured> {
  const ours: Readonly<Record<string, () => Plugin<'tracker'>>> = {
    [DISTILLED]: () => channelDistillation(),
    [WHOLE]: () => channelDistillation({ distil: false }),
  };
  const found = await findOpenCv(pythons);
  const opencv = found === undefined ? undefined : startOpenCv(found.python);
  const { found: clips, missing } = realSequences('odd', clipFrames);
  const contests: Contest[] = [];
  let readers: Row[] = [];
  try {
    for (const sequence of [...clips, ...drawnSequences(seeds, frames)]) {
      const one = await contest(sequence, ours, opencv && { opencv, names: PEERS });
      contests.push(one);
      say(`${sequence.name}: ${[...one.courses].map(([name, course]) => `${name} ${round(course.score.successAuc, 3)}`).join(', ')}`);
    }
    readers = opencv === undefined ? [] : await decoders(contests, opencv);
  } finally {
    await opencv?.close();
  }
  const groups: readonly (readonly [string, readonly Contest[]])[] = [
    ...contests.filter(({ sequence }) => sequence.kind === 'real').map((one) => [one.sequence.name, [one]] as const),
    ['real clips, mean', contests.filter(({ sequence }) => sequence.kind === 'real')],
    ['drawn sequences, mean', contests.filter(({ sequence }) => sequence.kind === 'drawn')],
  ];
  const rows = groups.flatMap(([name, members]) => (members.length === 0 ? [] : rowsOf(name, members)));
  return {
    settings: {
      drawn: `${seeds.length * 7} sequences of trackingSequence (320x240, the first ${frames} of 120 frames, seeds ${seeds.join(', ')})`,
      real: clips.map(({ name }) => name),
      boxes: 'every other one of those in bench/track/boxes (the second, fourth, ...); the others served development',
      threads: 1,
      bar: { successAuc: 'at least that of CSRT', speed: 'above that of CSRT', channels: SHARE },
    },
    rows,
    childCpuSeconds: opencv?.cpuSeconds() ?? 0,
    versions: found === undefined ? {} : { opencv: found.version },
    notes: [
      ...verdicts(rows, found !== undefined),
      'Frames a second count updates alone, features included and decoding left out; the frames of all trackers are interleaved in one run, each tracker on one thread. CPU ms: what a frame took of CPU time, on all threads of the process (the garbage collector and compiler of V8 included), which other programs disturb less than the clock.',
      'Success AUC: area under the share of frames by overlap. Precision: share of frames whose centre is within 20 pixels. Lost: share without any overlap. The given first box does not count.',
      ...readers.map(
        (row) =>
          `Decoding ${row['clip']}: ${row['ours']} ms a frame to RGBA by media(), ${row['theirs']} ms to BGR by OpenCV's reader, by the clock.`,
      ),
      ...clipNotes(missing.map(({ name, video }) => `${name} (${video.package})`)),
      ...(found === undefined ? ['OpenCV with KCF and CSRT was absent (on Debian: python3-opencv), so nothing is compared with it.'] : []),
    ],
  };
}

function rowsOf(name: string, members: readonly Contest[]): Row[] {
  return [...members[0]!.courses.keys()].map((tracker): Row => {
    const courses = members.map(({ courses: all }) => all.get(tracker)!);
    const mean = (pick: (course: Course) => number): number => courses.reduce((sum, course) => sum + pick(course), 0) / courses.length;
    const frames = courses.reduce((sum, course) => sum + course.frames, 0);
    const total = (pick: (course: Course) => number): number => courses.reduce((sum, course) => sum + pick(course), 0);
    return {
      sequences: name,
      tracker,
      'boxes compared': total(({ score }) => score.frames),
      'success AUC': round(
        mean(({ score }) => score.successAuc),
        3,
      ),
      'precision at 20 px': round(
        mean(({ score }) => score.precisionAt20),
        3,
      ),
      lost: round(
        mean(({ score }) => score.failures),
        3,
      ),
      'channels, most': tracker === DISTILLED ? Math.floor(SHARE * CHANNELS) : tracker === WHOLE ? CHANNELS : null,
      'frames a second': round((1000 * frames) / total(({ updateMs }) => updateMs), 1),
      'CPU ms a frame': round(total(({ updateCpuMs }) => updateCpuMs) / frames, 2),
    };
  });
}

/** The bars, answered. */
function verdicts(rows: readonly Row[], compared: boolean): string[] {
  const answer = (good: boolean): string => (good ? 'met' : 'MISSED');
  return ['real clips, mean', 'drawn sequences, mean'].flatMap((group) => {
    const of = (tracker: string): Row | undefined => rows.find((row) => row['sequences'] === group && row['tracker'] === tracker);
    const [mine, whole, csrt] = [of(DISTILLED), of(WHOLE), of('CSRT')];
    if (mine === undefined || whole === undefined) return [];
    const value = (row: Row, name: string): number => row[name] as number;
    const against =
      !compared || csrt === undefined
        ? []
        : [
            `${group}: success AUC ${mine['success AUC']} against CSRT's ${csrt['success AUC']}: bar ${answer(value(mine, 'success AUC') >= value(csrt, 'success AUC'))}. Speed ${round(value(csrt, 'CPU ms a frame') / value(mine, 'CPU ms a frame'), 2)} times CSRT's by CPU time, ${round(value(mine, 'frames a second') / value(csrt, 'frames a second'), 2)} times by the clock: bar ${answer(value(mine, 'CPU ms a frame') < value(csrt, 'CPU ms a frame'))}.`,
          ];
    return [
      ...against,
      `${group}: precision with at most ${mine['channels, most']} of ${CHANNELS} channels ${mine['precision at 20 px']}, with all ${whole['precision at 20 px']}: bar ${answer(value(mine, 'precision at 20 px') >= value(whole, 'precision at 20 px') - 0.005)}. CPU time of a frame ${round(value(mine, 'CPU ms a frame') / value(whole, 'CPU ms a frame'), 2)} of that with all: bar ${answer(value(mine, 'CPU ms a frame') < value(whole, 'CPU ms a frame'))}.`,
    ];
  });
}

async function decoders(contests: readonly Contest[], opencv: OpenCv): Promise<Row[]> {
  const rows: Row[] = [];
  const seen = new Set<string>();
  for (const { sequence, decodeMs } of contests) {
    const annotation = annotations().find(({ name }) => name === sequence.name);
    const video = annotation === undefined ? undefined : videoOf(annotation);
    if (video === undefined || decodeMs === undefined || seen.has(video)) continue;
    seen.add(video);
    const theirs = await opencv.decode(video, 200);
    rows.push({ clip: sequence.name, ours: round(decodeMs, 2), theirs: round(theirs.ms / Math.max(1, theirs.frames), 2) });
  }
  return rows;
}

function clipNotes(missing: readonly string[]): string[] {
  const known = annotations()
    .filter(({ name }) => !missing.some((text) => text.startsWith(`${name} `)))
    .map(({ name, object, video, boxes, width, height }) => {
      const [first, last] = [boxes[0]!.frame, boxes.at(-1)!.frame];
      return `${name}: ${object}; frames ${first} to ${last} of ${video.file.split('/').at(-1)} (${video.package}, ${width}x${height}), ${boxes.length} boxes by hand.`;
    });
  return missing.length === 0 ? known : [...known, `Not measured, because the package is not installed: ${missing.join(', ')}.`];
}
