import type { CallOptions, Component, RunInfo } from './component.ts';
import type { Image } from './image.ts';

/** What identifies a face or object to a recognizer: one vector, compared by the recognizer that made it. */
export interface Embedding extends RunInfo {
  /** Length `Recognizer.dimensions`, unit L2 norm, all finite. */
  readonly vector: Float32Array;
  /** 0..1: how far the picture supports the vector (blur, mask, pose, size). Absent when the method has no such figure. */
  readonly quality?: number;
}

/**
 * How alike two pictures are. `distance` is raw and means nothing across methods; `similarity` is calibrated
 * and comes with its false-accept rate, so that 0.6 is never read as "60 % sure it is the same person".
 */
export interface Comparison extends RunInfo {
  /** Cosine distance of the embeddings, 0..2. */
  readonly distance: number;
  /** 0..1, calibrated: the share of same-identity among calibration pairs of this distance. */
  readonly similarity: number;
  /** 0..1: share of different-identity calibration pairs that are at least this alike. */
  readonly falseAcceptRate: number;
  /** `falseAcceptRate` is at or below the recognizer's, or the call's, limit. */
  readonly match: boolean;
}

/** One label and how strongly it is held. */
export interface RankedLabel {
  readonly label: string;
  /** 0..1 */
  readonly score: number;
}

export interface Classification extends RunInfo {
  /** Best first; scores fall or stay equal. */
  readonly labels: readonly RankedLabel[];
}

/** What an enrolled identity has in the gallery. */
export interface Enrolment extends RunInfo {
  readonly identity: string;
  /** Pictures of this identity in the gallery after the call. */
  readonly samples: number;
}

export interface Candidate {
  readonly identity: string;
  /** Cosine distance to the identity's nearest sample, 0..2. */
  readonly distance: number;
  /** 0..1, calibrated. */
  readonly similarity: number;
  /** 0..1: chance of at least one false accept in a search of a gallery of this size. */
  readonly falseAcceptRate: number;
}

export interface Identification extends RunInfo {
  /** The first candidate if it is within the limit, otherwise null: an unknown person is an answer. */
  readonly identity: string | null;
  /** Nearest first. Empty when nobody is enrolled. */
  readonly candidates: readonly Candidate[];
  /** Identities searched. */
  readonly gallerySize: number;
}

export interface CompareOptions extends CallOptions {
  /** 0..1; a match must be at or below it. Default: the recognizer's own, named in its card. */
  readonly maxFalseAcceptRate?: number;
}

export interface RankOptions extends CallOptions {
  /** How many labels or candidates at most. Default 5. */
  readonly top?: number;
}

/** Tells who or what is in a picture, through masks, blur and attack. */
export interface Recognizer extends Component {
  /** Length of the embeddings. */
  readonly dimensions: number;
  /** The labels `classify` ranks; empty when the method only embeds and compares. */
  readonly labels: readonly string[];
  /** @throws VerilensError BAD_INPUT when the picture cannot be read or holds no subject, ABORTED, DISPOSED */
  embed(image: Image, options?: CallOptions): Promise<Embedding>;
  /** Symmetric: compare(a, b) equals compare(b, a). */
  compare(a: Image | Embedding, b: Image | Embedding, options?: CompareOptions): Promise<Comparison>;
  /** @throws VerilensError UNSUPPORTED when `labels` is empty */
  classify(image: Image, options?: RankOptions): Promise<Classification>;
  /** Adds pictures to an identity; the same name again adds to it. */
  enroll(identity: string, images: readonly (Image | Embedding)[], options?: CallOptions): Promise<Enrolment>;
  /** Takes an identity out of the gallery, all its vectors with it; false when it was not there. */
  forget(identity: string): Promise<boolean>;
  identify(image: Image | Embedding, options?: CompareOptions & RankOptions): Promise<Identification>;
}
