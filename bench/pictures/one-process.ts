// A process of its own, so that the peak of its memory belongs to one picture alone.
// Arguments: file, passes, threads. Prints one JSON line.
import { createEngine } from '@verilens/core';
import { media } from '@verilens/media';
import { f2c } from '@verilens/plugin-f2c';
import { native } from '@verilens/runtime-native';

export interface PictureReport {
  /** Milliseconds from the file to the verdict, pass by pass; the first one is cold. */
  readonly passes: readonly number[];
  readonly status: string;
  /** Peak resident memory before the picture was opened, and after all passes. */
  readonly idlePeakMiB: number;
  readonly peakMiB: number;
  readonly cpuSeconds: number;
}

const [file = '', passes = '1', threads = '2'] = process.argv.slice(2);
const peakMiB = (): number => process.resourceUsage().maxRSS / 1024;
await using engine = await createEngine({
  runtime: () => native({ device: 'cpu', threads: Number(threads) }),
  plugins: [f2c()],
  services: [media()],
});
await engine.warmup();
const idlePeakMiB = peakMiB();
const times: number[] = [];
let status = '';
for (let i = 0; i < Number(passes); i++) {
  const begun = performance.now();
  ({ status } = await engine.detect(file));
  times.push(performance.now() - begun);
}
const { user, system } = process.cpuUsage();
const report: PictureReport = { passes: times, status, idlePeakMiB, peakMiB: peakMiB(), cpuSeconds: (user + system) / 1e6 };
process.stdout.write(`${JSON.stringify(report)}\n`);
