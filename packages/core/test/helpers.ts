import type { DetectionResult, DetectionStatus, Detector, DetectorDemand, DetectorInput, DetectOptions } from '../src/detector.ts';
import type { FaceClip, FaceClipSpec } from '../src/face-clip.ts';
import type { Image, VideoFrame } from '../src/image.ts';
import type { Plugin } from '../src/plugin.ts';
import type { Runtime } from '../src/runtime.ts';
import { FACE_STAGE, FRAME_SOURCE, type FaceStage, type FaceStageOptions, type Service } from '../src/services.ts';

export function pixels(width: number = 4, height: number = 4, value: number = 128): Image {
  return { data: new Uint8ClampedArray(width * height * 4).fill(value), width, height };
}

export interface Watched<T> extends AsyncIterable<T> {
  pulled: number;
  closed: number;
}

/** A stream that counts what is taken from it and whether its `finally` ran. */
export function watched<T>(items: Iterable<T>, delayMs?: number): Watched<T> {
  const self: Watched<T> = {
    pulled: 0,
    closed: 0,
    async *[Symbol.asyncIterator]() {
      try {
        for (const item of items) {
          if (delayMs !== undefined) await new Promise((resolve) => setTimeout(resolve, delayMs));
          self.pulled++;
          yield item;
        }
      } finally {
        self.closed++;
      }
    },
  };
  return self;
}

export function* videoFrames(count: number): Generator<VideoFrame> {
  for (let index = 0; index < count; index++) yield { image: pixels(), timestampMs: index * 40, index };
}

export function fakeRuntime(): Runtime & { disposed: number } {
  const runtime = {
    name: 'fake',
    device: 'cpu' as const,
    threads: 1,
    probes: [],
    disposed: 0,
    load: () => Promise.reject(new Error('no models here')),
    read: () => Promise.reject(new Error('no files here')),
    async dispose() {
      runtime.disposed++;
    },
    [Symbol.asyncDispose]: () => runtime.dispose(),
  };
  return runtime;
}

export interface FakeDetector {
  readonly name: string;
  readonly demand: DetectorDemand;
  /** What it answers when it read something; default 0.2. */
  readonly score?: number;
  readonly threshold?: number;
  readonly evidence?: 'temporal' | 'spatial';
  readonly falseAlarmRate?: number;
  readonly status?: DetectionStatus;
  /** Stops reading after so many items. */
  readonly stopAfter?: number;
  readonly fail?: unknown;
  /** Called for every item read. */
  readonly onItem?: (item: unknown) => void | Promise<void>;
  readonly answersBlind?: boolean;
  /** Tells its verdict before this is settled, and answers after. */
  readonly mapsDone?: Promise<void>;
}

export interface FakeCalls {
  created: number;
  disposed: number;
  warmed: number;
  read: number;
}

export function fakeDetector(spec: FakeDetector): Plugin<'detector'> & { calls: FakeCalls } {
  const calls: FakeCalls = { created: 0, disposed: 0, warmed: 0, read: 0 };
  const threshold = spec.threshold ?? 0.5;
  const detector = (): Detector => ({
    name: spec.name,
    demand: spec.demand,
    warmup: async () => void calls.warmed++,
    async dispose() {
      calls.disposed++;
    },
    [Symbol.asyncDispose]: async () => undefined,
    async detect(input: DetectorInput, options: DetectOptions = {}): Promise<DetectionResult> {
      if (spec.fail !== undefined) throw spec.fail;
      const items: AsyncIterable<unknown> =
        input.kind === 'image' ? watched([input.image]) : input.kind === 'frames' ? input.frames : input.clips;
      let read = 0;
      for await (const item of items) {
        await spec.onItem?.(item);
        read++;
        calls.read++;
        if (read === spec.stopAfter) break;
      }
      const base = { threshold, segments: [], regions: [], evidence: [], device: 'cpu' as const, durationMs: 1 };
      if (read === 0 && spec.answersBlind !== true)
        return { ...base, status: 'NOT_APPLICABLE', score: null, models: [], reason: 'no face' };
      const score = spec.score ?? 0.2;
      const status = spec.status ?? (score >= threshold ? 'MANIPULATED' : 'AUTHENTIC');
      const model = {
        name: `${spec.name}/part`,
        evidence: spec.evidence ?? 'temporal',
        score,
        threshold,
        status,
        falseAlarmRate: spec.falseAlarmRate,
      } as const;
      const result = { ...base, status, score, models: [model], segments: [{ startMs: 0, endMs: 40, score }] };
      if (spec.mapsDone !== undefined) {
        options.onVerdict?.(result);
        await spec.mapsDone;
      }
      return result;
    },
  });
  return { name: spec.name, role: 'detector', apiVersion: 1, calls, create: async () => (calls.created++, detector()) };
}

/** Cuts every `spec.frames` frames into a clip; `finder.frames` counts the frames it looked at. */
export function fakeFaces(
  withAll: boolean,
  faces: boolean = true,
): Service & { passes: number; frames: number; disposed: number; owns: (boolean | undefined)[] } {
  const service = {
    name: 'faces',
    passes: 0,
    frames: 0,
    disposed: 0,
    owns: [] as (boolean | undefined)[],
    register(services: Parameters<Service['register']>[0]) {
      const clip = (frames: readonly VideoFrame[]): FaceClip => ({
        trackId: 0,
        crops: frames.map((frame) => frame.image),
        timestampsMs: frames.map((frame) => frame.timestampMs),
        boxes: [],
        keypoints: [],
        transforms: [],
        eyeDistancePx: 30,
      });
      async function* all(
        frames: AsyncIterable<VideoFrame>,
        specs: readonly FaceClipSpec[],
        options?: FaceStageOptions,
      ): AsyncGenerator<{ spec: number; clip: FaceClip }> {
        service.passes++;
        service.owns.push(options?.ownsFrames);
        const held: VideoFrame[][] = specs.map(() => []);
        for await (const frame of frames) {
          service.frames++;
          if (!faces) continue;
          for (const [spec, group] of held.entries()) {
            group.push(frame);
            if (group.length === specs[spec]!.frames) yield { spec, clip: clip(group.splice(0)) };
          }
        }
      }
      services.register(FACE_STAGE, (): FaceStage => ({
        async *clips(frames, spec, options) {
          for await (const item of all(frames, [spec], options)) yield item.clip;
        },
        ...(withAll ? { clipsForAll: all } : {}),
        async dispose() {
          service.disposed++;
        },
      }));
    },
  };
  return service;
}

export function fakeMedia(frames: () => AsyncIterable<VideoFrame>, kind: 'image' | 'video' = 'video'): Service & { opened: number } {
  const service = {
    name: 'media',
    opened: 0,
    register(services: Parameters<Service['register']>[0]) {
      services.register(FRAME_SOURCE, () => ({
        async open() {
          service.opened++;
          return { kind, frames: frames(), info: { format: 'mp4', width: 4, height: 4 } };
        },
      }));
    },
  };
  return service;
}
