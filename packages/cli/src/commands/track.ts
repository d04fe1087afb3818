import {
  FRAME_SOURCE,
  type Box,
  type Engine,
  type Image,
  type OpenedMedia,
  type Tracker,
  type TrackResult,
  VerilensError,
  type VideoFrame,
} from '@verilens/core';
import { crop, drawBox } from '@verilens/vision';
import { basename, resolve } from 'node:path';
import { exitCode } from '../exit-code.ts';
import { jsonDocument, writeWhole } from '../json-document.ts';
import { openEngine } from '../open-engine.ts';
import type { DeviceName } from '../options.ts';
import { pickOfRole } from '../pick-plugin.ts';
import { createProgress } from '../progress.ts';
import { reserveFile } from '../report-file.ts';
import type { CliEnvironment } from '../run.ts';
import { createStills, STATE_COLOURS } from '../tracked-stills.ts';
import { version } from '../version.ts';

export interface TrackCommandOptions {
  readonly box: Box;
  /** Milliseconds into the video at which the box is drawn. */
  readonly from: number;
  readonly plugin?: string;
  readonly out?: string;
  readonly video?: string;
  readonly report?: string;
  readonly device: DeviceName;
  readonly threads?: number;
  readonly json?: boolean;
}

/** One frame of the written document. */
interface TrackedFrame {
  readonly index: number;
  readonly timestampMs: number;
  /** x, y, width, height in pixels, to a hundredth. */
  readonly box: readonly [number, number, number, number];
  readonly confidence: number;
  readonly state: TrackResult['state'];
  /** The method's own, to a thousandth. */
  readonly figures?: Readonly<Record<string, number>>;
}

/** Follows what the box shows through a video. What was followed until an interruption or a damaged frame is written. */
export async function track(name: string, options: TrackCommandOptions, environment: CliEnvironment): Promise<number> {
  const { terminal, folder, signal, toolkit } = environment;
  const plugin = await pickOfRole('tracker', options.plugin, toolkit, folder);
  const progress = createProgress(terminal, { enabled: !(options.json === true && terminal.outIsTty) });
  progress.show(name, undefined, 'loading');
  const engine: Engine = await openEngine([plugin], options, environment);
  const report = options.report === undefined ? undefined : await reserveFile(options.report, folder);
  const stills = createStills();
  const found: TrackedFrame[] = [];
  let busyMs = 0;
  let size = { width: 0, height: 0 };
  let interrupted = false;
  let failure: unknown;
  const drawn = options.video !== undefined;
  try {
    const tracker = engine.get('tracker', plugin.name);
    const path = resolve(folder, name);
    const opened = await (await engine.resolve(FRAME_SOURCE)).open(path, { signal });
    const stream = followed(opened, tracker, options, signal, drawn, (frame, result) => {
      const { x, y, width, height } = result.box;
      const round = (v: number): number => Math.round(v * 100) / 100;
      const line: TrackedFrame = {
        index: frame.index,
        timestampMs: Math.round(frame.timestampMs * 1000) / 1000,
        box: [round(x), round(y), round(width), round(height)],
        confidence: Math.round(result.confidence * 1000) / 1000,
        state: result.state,
        ...(result.figures === undefined
          ? {}
          : { figures: Object.fromEntries(Object.entries(result.figures).map(([figure, v]) => [figure, Math.round(v * 1000) / 1000])) }),
      };
      found.push(line);
      if (report !== undefined) stills.see(frame, result);
      size = { width: frame.image.width, height: frame.image.height };
      busyMs += result.durationMs;
      if (options.json) terminal.out(`${JSON.stringify(line)}\n`);
      progress.show(name, opened.info.durationMs ? frame.timestampMs / opened.info.durationMs : undefined, result.state);
    });
    try {
      if (drawn) await (await import('@verilens/media')).writeVideo(stream, resolve(folder, options.video!), { signal });
      else for await (const _ of stream);
    } catch (error) {
      if (!signal.aborted) {
        if (found.length === 0) throw error;
        failure = error;
      }
    } finally {
      await opened.close?.();
    }
    interrupted = signal.aborted;
    if (found.length === 0 && !interrupted) {
      throw new VerilensError('BAD_INPUT', 'the video ends before the object is shown', {
        place: name,
        expected: `a frame at or after ${options.from} ms`,
        got: 'none',
        remedy: 'Give an earlier --from.',
      });
    }
    if (options.out !== undefined) {
      const document = {
        video: basename(name),
        plugin: plugin.name,
        version: version(),
        device: engine.runtime.device,
        complete: !interrupted && failure === undefined,
        framesPerSecond: Math.round((1000 * found.length) / Math.max(busyMs, 1e-3)),
        frames: found,
      };
      await writeWhole(resolve(folder, options.out), jsonDocument(document));
    }
    if (report !== undefined) {
      const [{ trackingHtml }, { encodeImage }] = [await import('@verilens/report'), await import('../encode-image.ts')];
      await report.write(
        await trackingHtml(found, {
          encode: encodeImage,
          name: basename(name),
          plugin: plugin.name,
          device: engine.runtime.device,
          ...size,
          framesPerSecond: (1000 * found.length) / Math.max(busyMs, 1e-3),
          stills: stills.kept(),
          incomplete: interrupted || failure !== undefined,
          generator: `verilens ${version()}`,
        }),
      );
    }
  } finally {
    await report?.discard();
    progress.clear();
    await engine.dispose();
  }
  if (failure !== undefined) {
    terminal.err(`Stopped after ${found.length} frames; what was followed until then is written${drawn ? ', the video is not' : ''}.\n`);
    throw failure;
  }
  if (!options.json) terminal.out(`${summary(name, found, busyMs)}\n`);
  if (interrupted) terminal.err(`Interrupted after ${found.length} frames; what was followed until then is written.\n`);
  return interrupted ? exitCode.interrupted : exitCode.ok;
}

/** The frames from `from` on, each followed (and its box drawn into it). */
async function* followed(
  opened: OpenedMedia,
  tracker: Tracker,
  { box, from }: Pick<TrackCommandOptions, 'box' | 'from'>,
  signal: AbortSignal,
  drawn: boolean,
  onFrame: (frame: VideoFrame, result: TrackResult) => void,
): AsyncGenerator<VideoFrame> {
  let begunMs: number | undefined;
  for await (const frame of opened.frames) {
    if (frame.timestampMs < from) continue;
    const result: TrackResult =
      begunMs === undefined ? await tracker.init(frame, box, { signal }) : await tracker.update(frame, { signal });
    begunMs ??= frame.timestampMs;
    onFrame(frame, result);
    if (drawn) drawBox(frame.image, result.box, STATE_COLOURS[result.state], Math.max(2, Math.round(frame.image.height / 180)));
    // a written video begins at 0, wherever following begins
    yield drawn ? { ...frame, image: withEvenSides(frame.image), timestampMs: frame.timestampMs - begunMs } : frame;
  }
}

/** Videos are written with even sides: an odd picture loses its last column or row. */
function withEvenSides(image: Image): Image {
  const [width, height] = [image.width & ~1, image.height & ~1];
  return width === image.width && height === image.height ? image : crop(image, { x: 0, y: 0, width, height });
}

function summary(name: string, frames: readonly TrackedFrame[], busyMs: number): string {
  const share = (state: TrackResult['state']): string =>
    `${Math.round((100 * frames.filter((frame) => frame.state === state).length) / Math.max(1, frames.length))} % ${state}`;
  const last = frames.at(-1);
  const speed = `${Math.round((1000 * frames.length) / Math.max(busyMs, 1e-3))} frames a second`;
  return `${name}: ${frames.length} frames, ${share('tracking')}, ${share('uncertain')}, ${share('lost')}, ${speed}${
    last === undefined ? '' : `; last box ${last.box.join(',')}`
  }`;
}
