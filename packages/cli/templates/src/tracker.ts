import type { Box, Plugin, Tracker, TrackResult, TrackState, VideoFrame } from '@verilens/core';
import { lifecycle, VerilensError } from '@verilens/core';
import { checkImage, thumbnail } from './thumbnail.ts';

const name = 'template-name';
const side = 12;

/**
 * Replace this with your method: title, venue, year, link, and a line for every deliberate deviation.
 *
 * As it stands it compares the first frame's thumbnail with places around the last box (normalised correlation). It
 * follows shifts, not changes of size or shape.
 */
export function templateName(): Plugin<'tracker'> {
  return {
    name,
    role: 'tracker',
    apiVersion: 1,
    async create({ runtime }): Promise<Tracker> {
      const life = lifecycle(name);
      let held: { template: Float32Array; box: Box; timestampMs: number } | undefined;
      const answer = (box: Box, confidence: number, timestampMs: number, elapsed: () => number): TrackResult => {
        const state: TrackState = confidence >= 0.6 ? 'tracking' : confidence >= 0.3 ? 'uncertain' : 'lost';
        return { box, confidence, state, timestampMs, device: runtime.device, durationMs: elapsed() };
      };
      return {
        name,
        async warmup() {
          life.begin();
        },
        async init(frame: VideoFrame, box: Box, options = {}) {
          const elapsed = life.begin(options.signal);
          checkImage(frame.image, name);
          checkBox(box, frame);
          held = { template: thumbnail(frame.image, side, name, box), box, timestampMs: frame.timestampMs };
          return answer(box, 1, frame.timestampMs, elapsed);
        },
        async update(frame: VideoFrame, options = {}) {
          const elapsed = life.begin(options.signal);
          if (held === undefined)
            throw new VerilensError('BAD_INPUT', 'update before init', { place: name, remedy: 'Call init with a frame and a box first.' });
          if (!(frame.timestampMs >= held.timestampMs)) {
            throw new VerilensError('BAD_INPUT', 'time runs backwards', {
              place: name,
              expected: `at least ${held.timestampMs} ms`,
              got: `${frame.timestampMs} ms`,
            });
          }
          checkImage(frame.image, name);
          const found = search(frame, held.template, held.box);
          const confidence = Math.min(1, Math.max(0, found.correlation));
          // A poor match does not move the box: it is the last one held.
          if (confidence >= 0.3) held = { ...held, box: found.box };
          held = { ...held, timestampMs: frame.timestampMs };
          return answer(held.box, confidence, frame.timestampMs, elapsed);
        },
        dispose: life.dispose,
        [Symbol.asyncDispose]: life.dispose,
      };
    },
  };
}

/** Every second pixel around the last box, then single and half pixels around the best place. */
function search(frame: VideoFrame, template: Float32Array, around: Box): { box: Box; correlation: number } {
  let best = { box: around, correlation: correlate(template, thumbnail(frame.image, side, name, around)) };
  const reach = Math.max(6, Math.min(around.width, around.height) / 3);
  for (const [step, span] of [
    [2, reach],
    [1, 2],
    [0.5, 1],
  ] as const) {
    const centre = best.box;
    for (let dy = -span; dy <= span; dy += step) {
      for (let dx = -span; dx <= span; dx += step) {
        const box = { ...centre, x: centre.x + dx, y: centre.y + dy };
        const correlation = correlate(template, thumbnail(frame.image, side, name, box));
        if (correlation > best.correlation) best = { box, correlation };
      }
    }
  }
  return best;
}

function correlate(a: Float32Array, b: Float32Array): number {
  const mean = (values: Float32Array): number => values.reduce((sum, value) => sum + value, 0) / values.length;
  const [meanA, meanB] = [mean(a), mean(b)];
  let [ab, aa, bb] = [0, 0, 0];
  for (let i = 0; i < a.length; i++) {
    ab += (a[i]! - meanA) * (b[i]! - meanB);
    aa += (a[i]! - meanA) ** 2;
    bb += (b[i]! - meanB) ** 2;
  }
  return aa * bb > 1e-12 ? ab / Math.sqrt(aa * bb) : 0;
}

function checkBox(box: Box, { image }: VideoFrame): void {
  const { x, y, width, height } = box;
  const inside = x < image.width && y < image.height && x + width > 0 && y + height > 0;
  if ([x, y, width, height].every(Number.isFinite) && width > 0 && height > 0 && inside) return;
  throw new VerilensError('BAD_INPUT', 'the box cannot be followed', {
    place: name,
    expected: `an area within ${image.width} x ${image.height}`,
    got: JSON.stringify(box),
  });
}
