/**
 * Follows one object in video with a correlation filter on few, chosen channels, after "Channel Distillation for deep
 * trackers" (IEEE TIP 2020, https://arxiv.org/abs/2409.11785). README: what is known of the paper, deviations, results, limits.
 */
import { lifecycle, VerilensError, type Box, type Plugin, type Tracker, type TrackResult, type VideoFrame } from '@verilens/core';
import { configure, SMALLEST, type TrackerConfig } from './config.ts';
import { handcrafted } from './features.ts';
import { follow, type Follower, type Sighting } from './follow.ts';
import type { NetworkFeatures } from './network-features.ts';

export type { TrackerConfig } from './config.ts';
export type { NetworkFeatures };
export interface ChannelDistillationOptions extends Partial<TrackerConfig> {
  /** Follow by feature maps of a network instead of the light ones. */
  readonly network?: NetworkFeatures;
}

const PLACE = 'plugin channel-distillation';

/**
 * @example
 * const engine = await createEngine({ runtime: await native(), plugins: [channelDistillation()] });
 * const tracker = engine.get('tracker', 'channel-distillation');
 * await tracker.init(firstFrame, { x: 300, y: 180, width: 60, height: 90 });
 * const { box, confidence, state } = await tracker.update(nextFrame);
 */
export function channelDistillation(options: ChannelDistillationOptions = {}): Plugin<'tracker'> {
  return {
    name: 'channel-distillation',
    role: 'tracker',
    apiVersion: 1,
    trainer: async () => (await import('./trainer.ts')).trainer,
    async create({ runtime }): Promise<Tracker> {
      const { network, ...rest } = options;
      const config = configure(rest);
      const extractor =
        network === undefined
          ? handcrafted(config.cells)
          : await (await import('./network-features.ts')).networkFeatures(runtime, network, config.cells);
      let followed: { readonly follower: Follower; width: number; height: number; timestampMs: number } | undefined;
      const life = lifecycle(PLACE, async () => {
        followed = undefined;
        await extractor.dispose();
      });

      const result = (
        sighting: Omit<Sighting, 'figures'> & Partial<Sighting>,
        timestampMs: number,
        elapsed: () => number,
      ): TrackResult => ({
        ...sighting,
        timestampMs,
        device: runtime.device,
        durationMs: elapsed(),
      });
      return {
        name: 'channel-distillation',
        async warmup() {
          life.begin();
          await extractor.extract(
            new Float32Array(extractor.size ** 2 * 3),
            Array.from({ length: extractor.channels }, (_, d) => d),
          );
        },
        async init(frame, box, { signal } = {}) {
          const elapsed = life.begin(signal);
          checkFrame(frame);
          checkBox(box, frame);
          const follower = await follow(frame.image, box, extractor, config);
          const { width, height } = frame.image;
          followed = { follower, width, height, timestampMs: frame.timestampMs };
          return result({ box, confidence: 1, state: 'tracking' }, frame.timestampMs, elapsed);
        },
        async update(frame, { signal } = {}) {
          const elapsed = life.begin(signal);
          if (followed === undefined)
            throw new VerilensError('BAD_INPUT', 'update before init', { place: PLACE, remedy: 'Call init with a frame and a box first.' });
          checkFrame(frame);
          checkTime(frame, followed.timestampMs);
          checkSize(frame, followed);
          const sighting = await followed.follower.next(frame.image);
          followed.timestampMs = frame.timestampMs;
          return result(sighting, frame.timestampMs, elapsed);
        },
        dispose: life.dispose,
        [Symbol.asyncDispose]: life.dispose,
      };
    },
  };
}

function checkFrame({ image, timestampMs }: VideoFrame): void {
  const { data, width, height } = image;
  const right = Number.isInteger(width) && Number.isInteger(height) && width > 0 && height > 0 && data.length === width * height * 4;
  if (right && Number.isFinite(timestampMs)) return;
  throw new VerilensError('BAD_INPUT', 'not a frame', {
    place: PLACE,
    expected: 'an RGBA image of width * height * 4 bytes and a finite timestampMs',
    got: `${width} x ${height} with ${data.length} bytes at ${timestampMs} ms`,
  });
}

function checkBox(box: Box, { image }: VideoFrame): void {
  const { x, y, width, height } = box;
  const inside = x < image.width && y < image.height && x + width > 0 && y + height > 0;
  if (!([x, y, width, height].every(Number.isFinite) && width > 0 && height > 0 && inside)) {
    throw new VerilensError('BAD_INPUT', 'the box cannot be followed', {
      place: PLACE,
      expected: `an area that overlaps the frame of ${image.width} x ${image.height}`,
      got: JSON.stringify(box),
    });
  }
  const size = Math.sqrt(width * height);
  if (size < SMALLEST) {
    throw new VerilensError('BAD_INPUT', 'the object is too small to follow', {
      place: PLACE,
      expected: `at least ${SMALLEST} pixels (geometric mean of the sides)`,
      got: `${width} x ${height}`,
      remedy: 'Use a larger picture of it, or a wider box.',
    });
  }
  if (width > 2 * image.width || height > 2 * image.height) {
    throw new VerilensError('BAD_INPUT', 'the box is far larger than the frame', {
      place: PLACE,
      expected: `at most ${2 * image.width} x ${2 * image.height}`,
      got: `${width} x ${height}`,
    });
  }
}

function checkTime({ timestampMs }: VideoFrame, last: number): void {
  if (timestampMs >= last) return;
  throw new VerilensError('BAD_INPUT', 'time runs backwards', {
    place: PLACE,
    expected: `at least ${last} ms`,
    got: `${timestampMs} ms`,
    remedy: 'Give frames in the order they are shown, or call init to start anew.',
  });
}

function checkSize({ image }: VideoFrame, { width, height }: { readonly width: number; readonly height: number }): void {
  if (image.width === width && image.height === height) return;
  throw new VerilensError('BAD_INPUT', 'the frame has another size than the one before', {
    place: PLACE,
    expected: `${width} x ${height}`,
    got: `${image.width} x ${image.height}`,
    remedy: 'Resize the frames to one size, or call init with the box in the new size.',
  });
}
