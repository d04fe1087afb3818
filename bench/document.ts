import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { availableParallelism, cpus, loadavg, totalmem } from 'node:os';
import { join } from 'node:path';

/** One line of a result table: names and numbers, in the order they are shown. */
export type Row = Readonly<Record<string, string | number | null>>;

/** What a benchmark hands back. */
export interface Measured {
  readonly settings: Readonly<Record<string, unknown>>;
  readonly rows: readonly Row[];
  /** Whole sentences: what was compared, what was missing, what has to be known to read the rows. */
  readonly notes: readonly string[];
  /** Versions of peers that were present. */
  readonly versions?: Readonly<Record<string, string>>;
  /** CPU seconds used by processes the benchmark started. */
  readonly childCpuSeconds?: number;
  /** What lies behind the notes, for whoever opens the file. */
  readonly details?: Readonly<Record<string, unknown>>;
}

/** The machine lacks what a benchmark is about: said in a line, without a result. */
export class NothingToMeasure extends Error {}

/** A result file: everything needed to run it again and to judge it. */
export interface BenchDocument {
  readonly bench: string;
  readonly command: string;
  readonly date: string;
  readonly machine: {
    readonly cores: number;
    readonly model: string;
    readonly memoryGiB: number;
    /** Load average of the last minute when the run began. */
    readonly loadBefore: number;
    /** Share of all CPU time that processes other than this benchmark took while it ran, 0..1. Above 0.05 the figures are soft. */
    readonly othersShare: number;
  };
  readonly versions: Readonly<Record<string, string>>;
  readonly settings: Readonly<Record<string, unknown>>;
  readonly rows: readonly Row[];
  readonly notes: readonly string[];
  readonly details?: Readonly<Record<string, unknown>>;
}

/** Runs a benchmark and writes down what it ran on, and how quiet that was. */
export async function record(bench: string, args: readonly string[], run: () => Promise<Measured>): Promise<BenchDocument> {
  const loadBefore = loadavg()[0]!;
  const before = cpuTimes();
  const date = new Date().toISOString();
  const { settings, rows, notes, versions, childCpuSeconds = 0, details } = await run();
  const after = cpuTimes();
  const others = Math.max(0, after.busy - before.busy - (after.own - before.own) - childCpuSeconds);
  return {
    bench,
    command: ['npm run -s bench --', bench, ...args].join(' '),
    date,
    machine: {
      cores: availableParallelism(),
      model: cpus()[0]?.model ?? 'unknown',
      memoryGiB: round(totalmem() / 2 ** 30, 1),
      loadBefore: round(loadBefore, 2),
      othersShare: round(others / Math.max(1e-9, after.all - before.all), 3),
    },
    versions: { node: process.versions.node, commit: commit(), ...libraries(), ...versions },
    settings,
    rows,
    notes,
    ...(details === undefined ? {} : { details }),
  };
}

/** Seconds of CPU time since some fixed moment: of all cores, of them at work, and of this process. */
function cpuTimes(): { all: number; busy: number; own: number } {
  let all = 0;
  let busy = 0;
  for (const { times } of cpus()) {
    const work = times.user + times.nice + times.sys + times.irq;
    all += (work + times.idle) / 1000;
    busy += work / 1000;
  }
  const { user, system } = process.cpuUsage();
  return { all, busy, own: (user + system) / 1e6 };
}

function libraries(): Record<string, string> {
  const owners = {
    'onnxruntime-node': '@verilens/runtime-native',
    'onnxruntime-web': '@verilens/runtime-wasm',
    '@napi-rs/webcodecs': '@verilens/media',
  };
  const found: Record<string, string> = {};
  for (const [library, owner] of Object.entries(owners)) {
    const from = createRequire(createRequire(import.meta.url).resolve(`${owner}/package.json`));
    for (const folder of from.resolve.paths(library) ?? []) {
      try {
        found[library] ??= (JSON.parse(readFileSync(join(folder, library, 'package.json'), 'utf8')) as { version: string }).version;
      } catch {
        continue;
      }
    }
  }
  return found;
}

function commit(): string {
  try {
    return execFileSync('git', ['rev-parse', '--short', 'HEAD'], { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] }).trim();
  } catch {
    return 'unknown';
  }
}

export function round(value: number, digits: number): number {
  return Number(value.toFixed(digits));
}
