import {
  checkThreshold,
  lifecycle,
  prefetch,
  throwIfAborted,
  VerilensError,
  type DetectionResult,
  type Detector,
  type DetectorInput,
  type DetectOptions,
  type FaceClip,
  type FaceClipSpec,
  type Segment,
} from '@verilens/core';
import type { StdtConfig } from './config.ts';
import type { Network } from './network.ts';
import { evidenceMap, regionOf, type FoundEvidence } from './occlusion.ts';
import { clipPixels, cropSize } from './pixels.ts';
import { mostSuspicious } from './suspects.ts';
import { clipScore, judgeVideo, type TrackSum, type Witness } from './verdict.ts';

/** The two networks of the method, kept apart: their traces differ, and so do their error rates. */
export interface Networks {
  readonly temporal: Network;
  readonly spatial: Network;
}

type Logits = Readonly<Record<keyof Networks, number>>;

const KINDS = ['temporal', 'spatial'] as const;
const PLACE = 'plugin stdt';

export function createDetector(networks: Networks): Detector {
  const calibrationOf = (kind: keyof Networks): Witness['calibration'] => networks[kind].card.calibration!;
  const life = lifecycle(PLACE, async () => {
    for (const kind of KINDS) await networks[kind].dispose();
  });
  return {
    name: 'stdt',
    demand: clipDemand(networks.temporal.config),
    async warmup() {
      life.begin();
      for (const kind of KINDS) await networks[kind].logit(blankClip(networks[kind]));
    },
    async detect(input: DetectorInput, options: DetectOptions = {}): Promise<DetectionResult> {
      const { threshold, signal } = options;
      const elapsed = life.begin(signal);
      checkThreshold(threshold, PLACE);
      const sums: Record<keyof Networks, Map<number, TrackSum>> = { temporal: new Map(), spatial: new Map() };
      const segments: Segment[] = [];
      const suspects = mostSuspicious<FaceClip>(options.evidenceMaps ?? 0);
      // The next clip is cut while the networks look at this one.
      for await (const clip of prefetch<FaceClip>(1).run(clipsOf(input), { signal })) {
        throwIfAborted(signal, PLACE);
        const logits = await clipLogits(networks, clip, signal);
        for (const kind of KINDS) addClip(sums[kind], clip.trackId, logits[kind]);
        const score = clipScore(
          KINDS.map((kind) => ({ calibration: calibrationOf(kind), logit: logits[kind] })),
          threshold,
        );
        const endMs = clip.timestampsMs.at(-1)!;
        segments.push({ startMs: clip.timestampsMs[0]!, endMs, score, trackId: clip.trackId });
        suspects.offer(score, clip);
        options.onProgress?.({ processedMs: endMs, segments: segments.length });
      }
      const witnesses = KINDS.map((kind): Witness => ({
        name: `stdt/${kind}`,
        evidence: kind,
        calibration: calibrationOf(kind),
        tracks: [...sums[kind].values()],
      }));
      const result = (found: readonly FoundEvidence[]): DetectionResult => ({
        ...judgeVideo(witnesses, threshold),
        segments,
        regions: found.map(regionOf),
        evidence: found.map(({ map }) => map),
        device: networks.temporal.session.device,
        durationMs: elapsed(),
      });
      const best = suspects.best();
      // The maps of a few seconds of video cost more than their verdict.
      if (best.length > 0) options.onVerdict?.(result([]));
      const found: FoundEvidence[] = [];
      for (const { value: clip, score } of best) found.push(await evidenceMap(networks, clip, score, signal));
      return result(found);
    },
    dispose: life.dispose,
    [Symbol.asyncDispose]: life.dispose,
  };
}

/** Log-odds of "forged" of one clip from both networks. */
export async function clipLogits(networks: Networks, clip: FaceClip, signal?: AbortSignal): Promise<Logits> {
  const pixels = clipPixels(clip, networks.temporal.config);
  return { temporal: await networks.temporal.logit(pixels, { signal }), spatial: await networks.spatial.logit(pixels, { signal }) };
}

/** Clips as the small networks learnt from. */
export function clipDemand(config: StdtConfig): { readonly kind: 'face-clips' } & FaceClipSpec {
  return { kind: 'face-clips', frames: config.frames, size: cropSize(config), frameMs: config.frameMs };
}

function clipsOf(input: DetectorInput): AsyncIterable<FaceClip> {
  if (input.kind === 'face-clips') return input.clips;
  throw new VerilensError('BAD_INPUT', 'input of another kind', {
    place: PLACE,
    expected: 'face-clips',
    got: input.kind,
    remedy: 'Use createEngine() with the services media() and faces(); it cuts face clips from a video.',
  });
}

function addClip(tracks: Map<number, TrackSum>, trackId: number, logit: number): void {
  const track = tracks.get(trackId) ?? { clips: 0, sum: 0 };
  track.clips++;
  track.sum += logit;
  tracks.set(trackId, track);
}

function blankClip({ config }: Network): Uint8Array {
  return new Uint8Array(config.frames * config.faceSize * config.faceSize * 3).fill(128);
}
