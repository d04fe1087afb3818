import {
  type DetectionResult,
  type Detector,
  type DetectorInput,
  type DetectOptions,
  type Plugin,
  throwIfAborted,
  type VideoFrame,
  VerilensError,
} from '@verilens/core';
import { findLoops, type LoopOptions, type LoopSearch, tooStill } from './find-loops.ts';

const name = 'loop-finder';

/**
 * Finds video that was looped: a stretch copied to a later place, as in a replayed camera.
 *
 * No camera sees the same thing twice: light, motion and noise differ. Where a run of frames repeats an earlier run
 * several times more closely than neighbouring frames resemble each other, it was copied.
 */
export function loopFinder(options: LoopOptions = {}): Plugin<'detector'> {
  return {
    name,
    role: 'detector',
    apiVersion: 1,
    async create({ runtime }): Promise<Detector> {
      let disposed = false;
      const dispose = async (): Promise<void> => {
        disposed = true;
      };
      return {
        name,
        demand: { kind: 'frames' },
        async warmup() {},
        async detect(input: DetectorInput, { threshold = 0.7, signal, onProgress }: DetectOptions = {}): Promise<DetectionResult> {
          if (disposed) throw new VerilensError('DISPOSED', 'used after dispose', { place: name });
          if (input.kind !== 'frames')
            throw new VerilensError('BAD_INPUT', 'another kind of input was handed over', {
              place: name,
              expected: 'frames',
              got: input.kind,
            });
          if (!(threshold >= 0 && threshold <= 1))
            throw new VerilensError('BAD_OPTION', 'the threshold cannot be used', {
              place: name,
              expected: '0..1',
              got: String(threshold),
            });
          const started = performance.now();
          const found = await findLoops(stoppable(input.frames, signal), options, (processedMs) =>
            onProgress?.({ processedMs, segments: 0 }),
          );
          return { ...judge(found, threshold), device: runtime.device, durationMs: performance.now() - started };
        },
        dispose,
        [Symbol.asyncDispose]: dispose,
      };
    },
  };
}

function judge({ loops, motion, frames }: LoopSearch, threshold: number): Omit<DetectionResult, 'device' | 'durationMs'> {
  const nothing = { segments: [], regions: [], evidence: [], models: [] };
  if (frames < 2) return { ...nothing, status: 'NOT_APPLICABLE', score: null, threshold, reason: `a loop needs more than ${frames} frame` };
  // 0 for a stretch as unlike its original as its neighbour, 1 for an exact copy; no run at all gives 0.
  const score = Math.min(1, Math.max(0, 1 - (loops[0]?.ratio ?? 1)));
  const still = motion < tooStill;
  const status = score >= threshold ? 'MANIPULATED' : still ? 'INCONCLUSIVE' : 'AUTHENTIC';
  const reason = status === 'INCONCLUSIVE' ? 'the scene is too still: it repeats itself without being copied' : undefined;
  return {
    ...nothing,
    status,
    score,
    threshold,
    models: [{ name: `${name}/copies`, evidence: 'temporal', score, threshold, status, reason }],
    segments: loops
      .map(({ startMs, endMs, ratio }) => ({ startMs, endMs, score: Math.min(1, Math.max(0, 1 - ratio)) }))
      .sort((a, b) => a.startMs - b.startMs),
    reason,
  };
}

async function* stoppable(frames: AsyncIterable<VideoFrame>, signal: AbortSignal | undefined): AsyncGenerator<VideoFrame> {
  for await (const frame of frames) {
    throwIfAborted(signal, name);
    yield frame;
  }
}
