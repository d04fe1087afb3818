import { round, type Measured, type Row } from '../document.ts';
import { canPin, clipNamed, followInOwnProcess } from './own-process.ts';
import type { LiveReport } from './live-process.ts';

/** Frames a second that a live picture asks for. */
const BAR = 25;
/** Frames of the file. */
const FRAMES = 280;

export interface LiveBenchOptions {
  /** Processes, one after the other; the middle one counts. */
  readonly passes: number;
  readonly say: (line: string) => void;
}

/** Following on one core: a 1280x720 file from opening it to the last box, against real time. */
export async function liveBench({ passes, say }: LiveBenchOptions): Promise<Measured> {
  const pin = canPin();
  const { annotation, video, box } = clipNamed('cockatoo-near');
  const settings = { core: pin ? 'one, by taskset' : 'not pinned: no taskset', runtimeThreads: 1, passes, bar: BAR };
  if (video === undefined) return { settings, rows: [], notes: [`Not measured, because ${annotation.video.package} is not installed.`] };
  const reports: LiveReport[] = [];
  for (let pass = 0; pass < passes; pass++) {
    const report = await followInOwnProcess(video, box, FRAMES, pin);
    reports.push(report);
    say(
      `${round(report.frames / report.cpuSeconds, 1)} frames a second by CPU time, ${round(report.frames / report.seconds, 1)} by the clock`,
    );
  }
  const middle = (values: readonly number[]): number => values.toSorted((a, b) => a - b)[values.length >> 1]!;
  const byCpu = round(middle(reports.map(({ frames, cpuSeconds }) => frames / cpuSeconds)), 1);
  const byClock = round(middle(reports.map(({ frames, seconds }) => frames / seconds)), 1);
  const row: Row = {
    video: `${annotation.width}x${annotation.height}, ${video.split('/').at(-1)}`,
    frames: FRAMES,
    'frames a second, decoding included': byClock,
    'by CPU time of one core': byCpu,
    'most resident (MiB)': round(Math.max(...reports.flatMap(({ resident }) => resident)), 0),
  };
  const answer = (value: number): string => (value > BAR ? 'met' : 'MISSED');
  return {
    settings,
    rows: [row],
    notes: [
      `1280x720: ${byClock} frames a second by the clock, ${byCpu} by CPU time of one core, decoding included; bar of ${BAR} ${answer(byClock)} by the clock, ${answer(byCpu)} by CPU time.`,
      'From opening the file to the last box: decoding by media() on the same core, the first frame, in which channels are chosen, and the compiling of code are counted.',
    ],
    childCpuSeconds: reports.reduce((sum, { cpuSeconds }) => sum + cpuSeconds, 0),
  };
}
