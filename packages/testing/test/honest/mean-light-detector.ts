import {
  type DetectionResult,
  type Detector,
  type DetectorInput,
  type DetectOptions,
  type Image,
  type Plugin,
  type Segment,
  throwIfAborted,
  VerilensError,
} from '@verilens/core';
import { bad, base } from './base.ts';

/** Judges by the mean brightness of face clips: no science, but the whole contract. */
export function meanLight(): Plugin<'detector'> {
  const name = 'mean-light';
  const demand = { kind: 'face-clips', frames: 4, size: 32 } as const;
  return {
    name,
    role: 'detector',
    apiVersion: 1,
    async create({ runtime }) {
      const own = base(name, runtime);
      async function detect(input: DetectorInput, options: DetectOptions = {}): Promise<DetectionResult> {
        const { threshold = 0.8, signal, evidenceMaps = 0 } = options;
        if (!(threshold >= 0 && threshold <= 1))
          throw new VerilensError('BAD_OPTION', 'threshold is out of range', { place: name, got: String(threshold) });
        if (input.kind !== 'face-clips') throw bad(name, `cannot judge ${input.kind}`);
        return own.work(options, async () => {
          const segments: Segment[] = [];
          let crop: Image | undefined;
          for await (const clip of input.clips) {
            throwIfAborted(signal, name);
            if (clip.crops.length !== demand.frames || clip.crops.some(({ width }) => width !== demand.size))
              throw new VerilensError('BAD_SHAPE', 'a clip of another shape', { place: name });
            crop ??= clip.crops[0]!;
            segments.push({
              startMs: clip.timestampsMs[0]!,
              endMs: clip.timestampsMs.at(-1)!,
              score: mean(clip.crops),
              trackId: clip.trackId,
            });
          }
          if (segments.length === 0)
            return {
              status: 'NOT_APPLICABLE' as const,
              score: null,
              threshold,
              models: [],
              segments,
              regions: [],
              evidence: [],
              reason: 'no face was found',
            };
          const score = Math.max(...segments.map((segment) => segment.score));
          const status = score >= threshold ? ('MANIPULATED' as const) : ('AUTHENTIC' as const);
          const evidence =
            evidenceMaps > 0
              ? [
                  {
                    trackId: 0,
                    timestampMs: segments[0]!.startMs,
                    crop: crop!,
                    rows: 1,
                    columns: 1,
                    values: Float32Array.of(score),
                    method: 'occlusion' as const,
                    score,
                  },
                ]
              : [];
          return {
            status,
            score,
            threshold,
            models: [{ name: `${name}/all`, evidence: 'spatial' as const, score, threshold, status }],
            segments,
            regions: [],
            evidence,
          };
        });
      }
      return { ...own, demand, detect } satisfies Detector;
    },
  };
}

function mean(crops: readonly Image[]): number {
  let [sum, count] = [0, 0];
  for (const { data } of crops) for (let index = 0; index < data.length; index += 4, count++) sum += data[index]! / 255;
  return sum / count;
}
