import type { Component } from './component.ts';
import type { FaceClip, FaceClipSpec } from './face-clip.ts';
import type { Box, Image, VideoFrame } from './image.ts';
import type { Device } from './runtime.ts';

export type DetectionStatus = 'AUTHENTIC' | 'MANIPULATED' | 'INCONCLUSIVE' | 'NOT_APPLICABLE';

/** Which kind of trace a score rests on. */
export type EvidenceKind = 'temporal' | 'spatial' | 'frequency' | 'fused';

export interface ModelScore {
  /** `plugin` or `plugin/part`, e.g. `stdt/temporal`. */
  readonly name: string;
  readonly evidence: EvidenceKind;
  /** 0..1, calibrated; null when the model did not apply. */
  readonly score: number | null;
  readonly threshold: number;
  readonly status: DetectionStatus;
  /** At most this share of authentic calibration items reached `threshold`. 0..1 */
  readonly falseAlarmRate?: number;
  /** Why the model did not apply or could not decide, in a sentence. */
  readonly reason?: string;
}

/** A stretch of the input and its score. */
export interface Segment {
  readonly startMs: number;
  readonly endMs: number;
  /** 0..1 */
  readonly score: number;
  readonly trackId?: number;
  /** Which detector found it; set by the engine when several were asked. */
  readonly model?: string;
}

/** A place in a frame where the evidence lies. */
export interface Region {
  /** In pixels of the source frame. */
  readonly box: Box;
  /** 0..1 */
  readonly score: number;
  readonly timestampMs: number;
  /** Which detector found it; set by the engine when several were asked. */
  readonly model?: string;
}

/** Where in an aligned face, or in a picture, the evidence lies: for the report's heat map. */
export interface EvidenceMap {
  readonly trackId: number;
  readonly timestampMs: number;
  /** The aligned face, or the whole picture, reduced. */
  readonly crop: Image;
  /** rows x columns over the crop, row by row, 0..1. */
  readonly rows: number;
  readonly columns: number;
  readonly values: Float32Array;
  /**
   * `occlusion`: fall of the score when the cell is hidden. `attention`: weight the model gives the cell. `tiles`: score of the
   * cell judged on its own.
   */
  readonly method: 'occlusion' | 'attention' | 'tiles';
  readonly score: number;
  /** Which detector it belongs to; set by the engine when several were asked. */
  readonly model?: string;
}

/** Evidence that is a curve, for the report: e.g. the power spectrum of a picture beside those of known pictures. */
export interface EvidenceCurve {
  readonly title: string;
  readonly xLabel: string;
  readonly yLabel: string;
  /** The first is the input's own; the others are what it is compared with. */
  readonly series: readonly { readonly name: string; readonly x: readonly number[]; readonly y: readonly number[] }[];
  /** Which detector it belongs to; set by the engine when several were asked. */
  readonly model?: string;
}

export interface DetectionResult {
  readonly status: DetectionStatus;
  /** 0..1 of being manipulated or generated, calibrated; null when NOT_APPLICABLE. */
  readonly score: number | null;
  /** At or above it the status is MANIPULATED. */
  readonly threshold: number;
  readonly models: readonly ModelScore[];
  /** In time order; empty for a still image. */
  readonly segments: readonly Segment[];
  readonly regions: readonly Region[];
  readonly evidence: readonly EvidenceMap[];
  /** Only when evidence maps were asked for. */
  readonly curves?: readonly EvidenceCurve[];
  /** Why the status is NOT_APPLICABLE or INCONCLUSIVE, in a sentence. */
  readonly reason?: string;
  readonly device: Device;
  readonly durationMs: number;
}

/** What a detector is given: the engine turns media into the kind the detector asks for. */
export type DetectorInput =
  | { readonly kind: 'image'; readonly image: Image }
  | { readonly kind: 'frames'; readonly frames: AsyncIterable<VideoFrame> }
  | { readonly kind: 'face-clips'; readonly clips: AsyncIterable<FaceClip> };

/** What a detector asks for. */
export type DetectorDemand = { readonly kind: 'image' } | { readonly kind: 'frames' } | ({ readonly kind: 'face-clips' } & FaceClipSpec);

export interface DetectOptions {
  /** Replaces the calibrated threshold. 0..1 */
  threshold?: number;
  /** How many evidence maps to compute for the most suspicious moments. Default 0: maps cost extra runs. */
  evidenceMaps?: number;
  signal?: AbortSignal;
  onProgress?: (progress: { processedMs: number; segments: number }) => void;
  /**
   * Called at most once, with the verdict as soon as it stands: the same status, scores and segments as the answer, which
   * the evidence maps keep waiting. A detector without work after its verdict need not call it.
   */
  onVerdict?: (verdict: DetectionResult) => void;
}

/** Judges whether media were manipulated or generated. */
export interface Detector extends Component {
  readonly demand: DetectorDemand;
  /** Consumes the input as a stream; memory does not grow with its length. No clip at all gives NOT_APPLICABLE. */
  detect(input: DetectorInput, options?: DetectOptions): Promise<DetectionResult>;
}
