import type { DetectionResult, Image, ModelCard, PanelResult, Region } from '@verilens/core';

/** What is known of an input beside its verdict. */
export interface MediaFacts {
  /** `image/jpeg`, `video/mp4`, … */
  readonly mimeType?: string;
  readonly width?: number;
  readonly height?: number;
  readonly durationMs?: number;
  /** Pictures a second in the source. */
  readonly frameRate?: number;
  readonly bytes?: number;
  /** Lower-case hexadecimal SHA-256 of the file: ties the page to the bytes that were judged. */
  readonly sha256?: string;
}

/** A whole picture of the input, shown with its regions outlined. */
export interface Still {
  readonly image: Image;
  readonly timestampMs: number;
  readonly regions: readonly Region[];
}

/** Why an input could not be judged: the fields of a `VerilensError`. */
export interface Failure {
  readonly code: string;
  readonly message: string;
  readonly remedy?: string;
}

interface ItemBase {
  /** File name or path as the reader knows it. */
  readonly name: string;
  readonly media?: MediaFacts;
}

/** Whether a method judged an input. */
export interface AppliedMethod {
  readonly name: string;
  readonly applied: boolean;
  readonly why: string;
}

export interface JudgedItem extends ItemBase {
  /** One detector's answer, or a whole panel's as `engine.detect` gives it. */
  readonly result: DetectionResult | PanelResult;
  readonly still?: Still;
  /** Which installed methods judged it and which did not, and why. */
  readonly methods?: readonly AppliedMethod[];
}

export interface FailedItem extends ItemBase {
  readonly failure: Failure;
}

/** One input of a report: judged, or failed with its reason. */
export type ReportItem = JudgedItem | FailedItem;

/** A detector that took part, for the page's model cards. */
export interface ReportModel {
  readonly name: string;
  readonly version?: string;
  readonly cards: readonly ModelCard[];
}

/** Pixels to a PNG, JPEG or WebP file. `@verilens/media` has one for Node and one for browsers. */
export type ImageEncoder = (image: Image) => Promise<Uint8Array>;

export function isJudged(item: ReportItem): item is JudgedItem {
  return 'result' in item;
}
