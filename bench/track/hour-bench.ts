import { round, type Measured, type Row } from '../document.ts';
import { clipNamed, followInOwnProcess } from './own-process.ts';

/** Growth of memory that still counts as flat, and frames a second of the video whose hour is followed. */
const BAR = 0.05;
const RATE = 25;

export interface HourBenchOptions {
  /** Frames of each looped clip that are followed. */
  readonly clips: readonly { readonly name: string; readonly frames: number }[];
  readonly say: (line: string) => void;
}

/** Resident memory of following while a video is shown again and again, as fast as it can be followed. */
export async function hourBench({ clips, say }: HourBenchOptions): Promise<Measured> {
  const rows: Row[] = [];
  const notes: string[] = [];
  const readings: Record<string, readonly number[]> = {};
  let childCpuSeconds = 0;
  for (const { name, frames: wanted } of clips) {
    const { annotation, video, box } = clipNamed(name);
    if (video === undefined) {
      notes.push(`${name}: not measured, because ${annotation.video.package} is not installed.`);
      continue;
    }
    const { frames, cpuSeconds, resident, states } = await followInOwnProcess(video, box, wanted, false);
    childCpuSeconds += cpuSeconds;
    const file = `${video.split('/').at(-1)} looped, ${annotation.width}x${annotation.height}`;
    readings[file] = resident.map((mib) => round(mib, 1));
    const tenth = Math.max(1, Math.floor(resident.length / 10));
    const mean = (values: readonly number[]): number => values.reduce((sum, v) => sum + v, 0) / values.length;
    // the first third warms up: code is compiled, heaps find their size
    const after = resident.slice(3 * tenth);
    const [early, late] = [mean(after.slice(0, tenth)), mean(resident.slice(-tenth))];
    const row: Row = {
      video: file,
      frames,
      'minutes of video': round(frames / RATE / 60, 1),
      'lost or uncertain': round(((states['lost'] ?? 0) + (states['uncertain'] ?? 0)) / frames, 3),
      'after a third (MiB)': round(early, 1),
      'at last (MiB)': round(late, 1),
      'least, most after a third (MiB)': `${round(Math.min(...after), 0)}, ${round(Math.max(...after), 0)}`,
    };
    rows.push(row);
    say(JSON.stringify(row));
    const growth = late / early - 1;
    notes.push(
      `${file}: resident memory from the fourth tenth to the last ${growth < 0 ? '' : '+'}${round(100 * growth, 1)} % over ${frames} frames; bar of ${100 * BAR} % ${growth < BAR ? 'met' : 'MISSED'}.`,
    );
  }
  return {
    settings: { runtimeThreads: 1, bar: BAR, readings },
    rows,
    notes: [
      ...notes,
      `Minutes at ${RATE} frames a second; followed as fast as it goes. Where the clip begins again the object jumps, so it is lost and found. Each reading is the mean of a tenth of the run; all hundred are in the result file.`,
    ],
    childCpuSeconds,
  };
}
