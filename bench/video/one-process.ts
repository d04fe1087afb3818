// A process of its own per file, so that the peak of its memory belongs to that file alone.
// Arguments: file, seconds it lasts, passes over it, frames a second to sample, threads. Prints one JSON line.
import { createEngine } from '@verilens/core';
import { faces } from '@verilens/faces';
import { media } from '@verilens/media';
import { stdt } from '@verilens/plugin-stdt';
import { native } from '@verilens/runtime-native';
import { stopwatch, timedRuntime, timedService } from '../stopwatch.ts';

/** One pass over a video, from the call to the verdict. Milliseconds. */
export interface Pass {
  readonly ms: number;
  readonly status: string;
  readonly frames: number;
  readonly clips: number;
  /** Opening the file. */
  readonly open: number;
  /** Waiting for decoded frames. */
  readonly decode: number;
  /** Finding, following and cutting faces, of it inside the network's session. */
  readonly faces: number;
  readonly facesSession: number;
  /** From the last clip to the verdict. */
  readonly plugin: number;
  /** Inside the detector's sessions. */
  readonly pluginSession: number;
}

export interface ProcessReport {
  /** From nothing to an engine that has run each model once. */
  readonly startMs: number;
  readonly passes: readonly Pass[];
  /** Peak resident memory before any video was opened, and after the first pass. */
  readonly idlePeakMiB: number;
  readonly peakMiB: number;
  readonly cpuSeconds: number;
}

const [file = '', passes = '1', fps = '16', threads = '2'] = process.argv.slice(2);
const peakMiB = (): number => process.resourceUsage().maxRSS / 1024;
const started = performance.now();
const watch = stopwatch();
const engine = await createEngine({
  runtime: async () => timedRuntime(await native({ device: 'cpu', threads: Number(threads) }), watch),
  plugins: [stdt()],
  services: [timedService(media(), watch), timedService(faces(), watch)],
});
await engine.warmup();
const startMs = performance.now() - started;
const idlePeakMiB = peakMiB();
const done: Pass[] = [];
let afterFirst = 0;
for (let i = 0; i < Number(passes); i++) {
  watch.reset();
  const begun = performance.now();
  const { status } = await engine.detect(file, { fps: Number(fps) });
  const ms = performance.now() - begun;
  if (i === 0) afterFirst = peakMiB();
  const at = (name: string): number => watch.ms.get(name) ?? 0;
  const sessions = (isFace: boolean): number =>
    [...watch.ms]
      .filter(([name]) => name.startsWith('session ') && !name.startsWith('session stdt/') === isFace)
      .reduce((sum, [, value]) => sum + value, 0);
  done.push({
    ms,
    status,
    frames: watch.count.get('frames') ?? 0,
    clips: watch.count.get('clips') ?? 0,
    open: at('open'),
    decode: at('frames'),
    faces: at('clips') - at('frames'),
    facesSession: sessions(true),
    plugin: ms - at('clips') - at('open'),
    pluginSession: sessions(false),
  });
}
await engine.dispose();
const { user, system } = process.cpuUsage();
const report: ProcessReport = { startMs, passes: done, idlePeakMiB, peakMiB: afterFirst, cpuSeconds: (user + system) / 1e6 };
process.stdout.write(`${JSON.stringify(report)}\n`);
