import type { TensorSpec } from './runtime.ts';

/** The JSON beside an `.onnx` file: what it is, where it came from, how to read its numbers. */
export interface ModelCard {
  readonly name: string;
  readonly version: string;
  /** Lower-case hexadecimal SHA-256 of the model file. */
  readonly sha256: string;
  readonly licence: string;
  readonly inputs: readonly TensorSpec[];
  readonly outputs: readonly TensorSpec[];
  /** Paper title, venue, year, link. */
  readonly paper?: { readonly title: string; readonly venue: string; readonly year: number; readonly url: string };
  readonly training?: {
    /** Command that made the file. */
    readonly command: string;
    readonly seed: number;
    /** Each source of data, with its licence. */
    readonly data: readonly string[];
  };
  /** Score -> verdict, set on data not used for training. */
  readonly calibration?: Calibration;
  /** Deviations from the paper, limits, known failures: one sentence each. */
  readonly notes: readonly string[];
}

export interface Calibration {
  /** Which data the thresholds come from, and how many items. */
  readonly data: string;
  /** At or above: MANIPULATED. Set so that at most `falseAlarmRate` of authentic items reach it. */
  readonly manipulatedAt: number;
  /** Below: AUTHENTIC. Between the two: INCONCLUSIVE. */
  readonly authenticBelow: number;
  readonly falseAlarmRate: number;
  /** Score = 1 / (1 + exp(-(scale * logit + offset))). */
  readonly scale: number;
  readonly offset: number;
}
