/**
 * Everything that page and worker say to each other. The page calls, the worker answers each call once and may report on
 * its way; frames of a camera are pulled by the worker, so that they never queue. Both sides import this file and nothing
 * else of each other.
 */
import type { Affine, Box, Device, DeviceProbe, DetectionStatus, Image, ModelScore, Segment, TrackState } from '@verilens/core';

export type DeviceChoice = 'auto' | 'webgpu' | 'wasm';

/** Frames to look at: a file, the frames that the page hands over as they come, or a sequence drawn in the worker. */
export type Source = Blob | 'page' | 'drawn';

export interface DeviceReport {
  readonly device: Device;
  readonly threads: number;
  readonly probes: readonly DeviceProbe[];
}

/** One picture of the source, small enough to be looked at while the worker goes on. */
export interface Preview {
  readonly bitmap: ImageBitmap;
  readonly timestampMs: number;
  /** Size of the source in pixels: boxes are in these, however small the bitmap. */
  readonly width: number;
  readonly height: number;
}

/** A face followed over neighbouring frames, in pixels of the source. */
export interface FaceSighting {
  readonly trackId: number;
  readonly timestampsMs: readonly number[];
  readonly boxes: readonly Box[];
}

export type CheckEvent =
  /** The verdict stands; evidence maps and report are still to come. */
  | { readonly kind: 'verdict'; readonly verdict: Verdict }
  | { readonly kind: 'preview'; readonly preview: Preview; readonly share: number | undefined }
  | { readonly kind: 'faces'; readonly sighting: FaceSighting };

/** Evidence to lay over the source: the bitmap is square and as large as the crop the model saw. */
export interface Heat {
  readonly trackId: number;
  readonly timestampMs: number;
  readonly score: number;
  readonly bitmap: ImageBitmap;
  /** Pixels of the bitmap to pixels of the source. */
  readonly toSource: Affine;
}

export interface Verdict {
  readonly kind: 'image' | 'video';
  readonly status: DetectionStatus;
  readonly score: number | null;
  readonly threshold: number;
  /** The verdict as one plain sentence. */
  readonly sentence: string;
  readonly models: readonly ModelScore[];
  readonly segments: readonly Segment[];
  readonly faces: readonly FaceSighting[];
  readonly device: Device;
  readonly durationMs: number;
  readonly mediaMs: number;
}

export interface CheckAnswer {
  readonly verdict: Verdict;
  readonly heat: readonly Heat[];
  /** The report that `verilens detect --report` and `--json` write. */
  readonly html: string;
  readonly json: string;
}

export interface TrackEvent {
  readonly preview: Preview;
  readonly box: Box;
  readonly state: TrackState;
  readonly confidence: number;
  /** Frames followed in the last second of work. */
  readonly framesPerSecond: number;
}

export type ModelChoice =
  | { readonly kind: 'onnx'; readonly bytes: Uint8Array; readonly name: string; readonly description?: string }
  | { readonly kind: 'face-finder' }
  | { readonly kind: 'learner' };

export interface ExplainAnswer {
  readonly picture: ImageBitmap;
  readonly overlay: ImageBitmap;
  readonly model: string;
  readonly method: string;
  /** What is explained, e.g. `cat`. */
  readonly objective: string;
  readonly value: number;
  /** Best first, at most ten. */
  readonly scores: readonly { readonly index: number; readonly label: string; readonly score: number }[];
  readonly fidelity?: {
    readonly deletion: number;
    readonly insertion: number;
    readonly random: { readonly deletion: number; readonly insertion: number };
  };
  readonly modelRuns: number;
  readonly durationMs: number;
  readonly device: Device;
}

/** Presets of the learner: how large the pictures are that it looks at, and how long it learns. */
export type LearnerPreset = 'small' | 'tiny';

export interface Lesson {
  readonly label: string;
  readonly pictures: readonly Blob[];
  /** Never learnt: they measure. */
  readonly tests: readonly Blob[];
}

export interface LearnerReport {
  readonly preset: LearnerPreset;
  readonly labels: readonly string[];
  readonly sessions: number;
  readonly memory: { readonly exemplars: number; readonly bytes: number };
  readonly exemplars: readonly { readonly label: string; readonly image: Image }[];
  /** Over the test pictures of all classes so far; absent without any. */
  readonly accuracy?: { readonly right: number; readonly of: number };
  /** The learner, to be saved and restored. */
  readonly file: Uint8Array;
  readonly durationMs: number;
}

export interface TrainEvent {
  readonly step: number;
  readonly steps: number;
  readonly loss: number;
  /** Share of the step's pictures named right before the step; no picture comes twice. */
  readonly accuracy: number;
  readonly stepMs: number;
}

export interface TrainAnswer {
  readonly finished: boolean;
  /** To go on from, on any device. */
  readonly checkpoint: Uint8Array;
  /** The classifier as it is now. */
  readonly onnx: Uint8Array;
  readonly labels: readonly string[];
  /** Pictures nobody trained on, and what they were taken for. */
  readonly samples: readonly { readonly image: Image; readonly truth: string; readonly answer: string; readonly score: number }[];
}

/** Name of a call -> what goes in, what comes out, what is reported on the way. */
export interface Calls {
  open: { in: { device: DeviceChoice }; out: DeviceReport; event: never };
  warm: { in: Record<string, never>; out: null; event: never };
  example: { in: { kind: 'face' | 'object' }; out: Blob; event: number };
  check: { in: { source: Source; name: string; type: string }; out: CheckAnswer; event: CheckEvent };
  moment: { in: { source: Blob; timestampMs: number }; out: readonly Heat[]; event: never };
  firstFrame: { in: { source: Blob | 'drawn' }; out: Preview & { readonly box?: Box }; event: never };
  track: { in: { source: Source; box: Box }; out: { frames: number }; event: TrackEvent };
  explain: {
    in: { picture: Blob | 'drawn'; model: ModelChoice; method: string; target?: number };
    out: ExplainAnswer;
    event: number;
  };
  learn: {
    in: { lessons: readonly Lesson[]; known: readonly Lesson[]; preset: LearnerPreset };
    out: LearnerReport;
    event: { share: number; stage: string };
  };
  drawnClass: { in: { number: number; pictures: number; first: number }; out: { label: string; pictures: readonly Blob[] }; event: never };
  predict: { in: { picture: Blob | ImageBitmap }; out: readonly { label: string; score: number }[]; event: never };
  restore: { in: { file: Uint8Array }; out: LearnerReport; event: never };
  train: { in: { steps: number; checkpoint?: Uint8Array }; out: TrainAnswer; event: TrainEvent };
}
export type CallName = keyof Calls;

/** A `VerilensError`, or any other error, in transit. */
export interface WireError {
  readonly code: string;
  readonly message: string;
  readonly remedy?: string;
}

/** Where time goes: each stage's runs since the worker began. */
export interface StageTime {
  readonly name: string;
  readonly runs: number;
  readonly totalMs: number;
  readonly lastMs: number;
}

export interface PageFrame {
  readonly bitmap: ImageBitmap;
  readonly timestampMs: number;
  readonly index: number;
}

export type ToWorker =
  | { readonly type: 'call'; readonly id: number; readonly name: CallName; readonly input: Calls[CallName]['in'] }
  | { readonly type: 'cancel'; readonly id: number }
  /** Answers `want`; without a frame the source has ended. */
  | { readonly type: 'frame'; readonly id: number; readonly frame: PageFrame | undefined };

export type ToPage =
  | { readonly type: 'event'; readonly id: number; readonly event: unknown }
  | { readonly type: 'want'; readonly id: number }
  | { readonly type: 'result'; readonly id: number; readonly value: unknown }
  | { readonly type: 'error'; readonly id: number; readonly error: WireError }
  | { readonly type: 'stages'; readonly stages: readonly StageTime[] }
  /** The browser took the GPU device away: nothing of this worker can run any more. */
  | { readonly type: 'lost'; readonly reason: string };
