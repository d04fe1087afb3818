import type { Grounder, Moment, Plugin, VideoFrame } from '@verilens/core';
import { lifecycle, throwIfAborted, VerilensError } from '@verilens/core';
import { thumbnail } from './thumbnail.ts';

const name = 'template-name';
const side = 8;

/** Brightness and change of a frame, both 0..1. */
interface Measure {
  readonly timestampMs: number;
  readonly bright: number;
  readonly moving: number;
}

const words: Readonly<Record<string, (measure: Measure) => number>> = {
  bright: ({ bright }) => bright,
  dark: ({ bright }) => 1 - bright,
  moving: ({ moving }) => moving,
  still: ({ moving }) => 1 - moving,
};

/**
 * Replace this with your method: title, venue, year, link, and a line for every deliberate deviation.
 *
 * As it stands it knows four words, `bright`, `dark`, `moving` and `still`, and finds nothing for any other text.
 */
export function templateName(): Plugin<'grounder'> {
  return {
    name,
    role: 'grounder',
    apiVersion: 1,
    async create({ runtime }): Promise<Grounder> {
      const life = lifecycle(name);
      return {
        name,
        async warmup() {
          life.begin();
        },
        async ground(video, text, options = {}) {
          const elapsed = life.begin(options.signal);
          if (text.trim() === '') throw new VerilensError('BAD_INPUT', 'there is no text to look for', { place: name });
          const measures: Measure[] = [];
          let before: Float32Array | undefined;
          for await (const frame of video) {
            throwIfAborted(options.signal, name);
            const now = thumbnail(frame.image, side, name);
            measures.push(measure(frame, now, before));
            before = now;
            options.onProgress?.({ processedMs: frame.timestampMs });
          }
          if (measures.length === 0) throw new VerilensError('BAD_INPUT', 'the video has no frames', { place: name });
          const known = text
            .toLowerCase()
            .split(/\W+/)
            .flatMap((word) => (Object.hasOwn(words, word) ? [words[word]!] : []));
          const moments = known.length === 0 ? [] : momentsOf(measures, (item) => Math.min(...known.map((word) => word(item))));
          return { text, moments: moments.slice(0, options.top ?? 5), device: runtime.device, durationMs: elapsed() };
        },
        dispose: life.dispose,
        [Symbol.asyncDispose]: life.dispose,
      };
    },
  };
}

function measure({ timestampMs }: VideoFrame, now: Float32Array, before: Float32Array | undefined): Measure {
  const bright = now.reduce((sum, value) => sum + value, 0) / now.length;
  const change = before === undefined ? 0 : now.reduce((sum, value, i) => sum + Math.abs(value - before[i]!), 0) / now.length;
  return { timestampMs, bright, moving: change / (change + 0.02) };
}

/** Runs of frames that fit at least as well as this video does on the whole, best first. */
function momentsOf(measures: readonly Measure[], fit: (measure: Measure) => number): readonly Moment[] {
  const usual = measures.reduce((sum, item) => sum + fit(item), 0) / measures.length;
  const moments: Moment[] = [];
  let run: Measure[] = [];
  const close = (): void => {
    if (run.length > 0)
      moments.push({
        startMs: run[0]!.timestampMs,
        endMs: run.at(-1)!.timestampMs,
        score: run.reduce((sum, item) => sum + fit(item), 0) / run.length,
        boxes: [],
      });
    run = [];
  };
  for (const item of measures) {
    if (fit(item) >= usual - 1e-9) run.push(item);
    else close();
  }
  close();
  return moments.sort((a, b) => b.score - a.score);
}
