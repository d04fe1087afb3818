// A process of its own, so that its memory and CPU time belong to following alone.
// Arguments: video, box (x,y,w,h), frames to follow (the video is shown again and again). Prints one JSON line.
import { openMedia } from '@verilens/media';
import { channelDistillation } from '@verilens/plugin-channel-distillation';
import { native } from '@verilens/runtime-native';

export interface LiveReport {
  readonly frames: number;
  /** From opening the file to the last box, decoding and the first frame included. */
  readonly seconds: number;
  readonly cpuSeconds: number;
  readonly states: Readonly<Record<string, number>>;
  /** Resident MiB, a reading every hundredth of the run. */
  readonly resident: readonly number[];
}

const [video = '', box = '', count = '1'] = process.argv.slice(2);
const [x, y, width, height] = box.split(',').map(Number) as [number, number, number, number];
const wanted = Number(count);
await using runtime = await native({ device: 'cpu', threads: 1 });
await using tracker = await channelDistillation().create({ runtime });
const states: Record<string, number> = {};
const resident: number[] = [];
const begun = performance.now();
const cpu = process.cpuUsage();
let frames = 0;
let offset = 0;
while (frames < wanted) {
  await using media = await openMedia(video);
  let last = 0;
  for await (const frame of media.frames()) {
    last = frame.timestampMs;
    const shown = { ...frame, index: frames, timestampMs: offset + frame.timestampMs };
    const { state } = frames === 0 ? await tracker.init(shown, { x, y, width, height }) : await tracker.update(shown);
    states[state] = (states[state] ?? 0) + 1;
    frames += 1;
    if (frames % Math.max(1, Math.floor(wanted / 100)) === 0) resident.push(process.memoryUsage.rss() / 2 ** 20);
    if (frames === wanted) break;
  }
  offset += last + 40;
}
const { user, system } = process.cpuUsage(cpu);
const report: LiveReport = { frames, seconds: (performance.now() - begun) / 1000, cpuSeconds: (user + system) / 1e6, states, resident };
process.stdout.write(`${JSON.stringify(report)}\n`);
