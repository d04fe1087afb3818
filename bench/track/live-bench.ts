import { spawn, spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { round, type Measured, type Row } from '../document.ts';
import { annotations, videoOf } from './annotations.ts';
import type { LiveReport } from './live-process.ts';

/** Frames a second that a live picture asks for, and growth of memory that still counts as flat. */
const BAR = { framesPerSecond: 25, memory: 0.05 };

export interface LiveBenchOptions {
  /** Frames of the long run. */
  readonly frames: number;
  readonly say: (line: string) => void;
}

/** Following on one core: a 1280x720 file against real time, and resident memory over a long looped video. */
export async function liveBench({ frames, say }: LiveBenchOptions): Promise<Measured> {
  const pin = spawnSync('taskset', ['-c', '0', 'true']).status === 0;
  const rows: Row[] = [];
  const notes: string[] = [];
  let childCpuSeconds = 0;
  for (const [name, kind, count] of [
    ['cockatoo-near', '1280x720 file, once', 280],
    ['talking-laughs', 'looped', frames],
  ] as const) {
    const annotation = annotations().find((one) => one.name === name)!;
    const video = videoOf(annotation);
    if (video === undefined) {
      notes.push(`${kind}: not measured, because ${annotation.video.package} is not installed.`);
      continue;
    }
    // the looped one begins with the video, where the head is nearly where it was placed
    const report = await inOwnProcess([video, annotation.boxes[0]!.box.join(','), String(count)], pin);
    childCpuSeconds += report.cpuSeconds;
    const { resident, states } = report;
    const tenth = Math.max(1, Math.floor(resident.length / 10));
    const mean = (values: readonly number[]): number => values.reduce((sum, v) => sum + v, 0) / values.length;
    // the first third warms up: code is compiled, heaps find their size
    const [early, late] = [mean(resident.slice(3 * tenth, 4 * tenth)), mean(resident.slice(-tenth))];
    const row: Row = {
      video: `${annotation.width}x${annotation.height}, ${kind}`,
      frames: report.frames,
      'frames a second, decoding included': round(report.frames / report.seconds, 1),
      'by CPU time of one core': round(report.frames / report.cpuSeconds, 1),
      'lost or uncertain': round(((states['lost'] ?? 0) + (states['uncertain'] ?? 0)) / report.frames, 3),
      'resident after a third (MiB)': round(early, 1),
      'resident at last (MiB)': round(late, 1),
    };
    rows.push(row);
    say(JSON.stringify(row));
    const answer = (good: boolean): string => (good ? 'met' : 'MISSED');
    notes.push(
      kind === 'looped'
        ? `Memory over ${report.frames} frames (${round(report.frames / BAR.framesPerSecond / 60, 1)} minutes at ${BAR.framesPerSecond} frames a second; an hour would be 90,000 frames and was not run): ${round(100 * (late / early - 1), 1)} %, bar of ${100 * BAR.memory} % ${answer(late / early - 1 < BAR.memory)}.`
        : `1280x720: ${row['by CPU time of one core']} frames a second by CPU time of one core, ${row['frames a second, decoding included']} by the clock, decoding included; bar of ${BAR.framesPerSecond} ${answer((row['by CPU time of one core'] as number) > BAR.framesPerSecond)} by CPU time, ${answer((row['frames a second, decoding included'] as number) > BAR.framesPerSecond)} by the clock.`,
    );
  }
  return {
    settings: { core: pin ? 'one, by taskset' : 'not pinned: no taskset', runtimeThreads: 1, bar: BAR },
    rows,
    notes: [
      ...notes,
      'A tracker of its own process, decoding by media() on the same core; the first frame, in which channels are chosen, is counted.',
    ],
    childCpuSeconds,
  };
}

function inOwnProcess(args: readonly string[], pin: boolean): Promise<LiveReport> {
  return new Promise((resolve, reject) => {
    const command = [process.execPath, ...process.execArgv, fileURLToPath(new URL('live-process.ts', import.meta.url)), ...args];
    const [first, ...rest] = (pin ? ['taskset', '-c', '0', ...command] : command) as [string, ...string[]];
    const child = spawn(first, rest, { stdio: ['ignore', 'pipe', 'inherit'] });
    let text = '';
    child.stdout.on('data', (part: Buffer) => (text += part.toString()));
    child.on('error', reject);
    child.on('close', (code) => {
      const line = text.trim().split('\n').at(-1);
      if (code === 0 && line !== undefined) resolve(JSON.parse(line) as LiveReport);
      else reject(new Error(`the measured process ended with ${code}; its error is above`));
    });
  });
}
