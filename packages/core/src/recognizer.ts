import type { CallOptions, Component, RunInfo } from './component.ts';
import type { Box, Image } from './image.ts';

/** What identifies a face or object to a recognizer: one vector, compared by the model that made it. */
export interface Embedding extends RunInfo {
  /** Length `Recognizer.dimensions`, unit L2 norm, all finite. */
  readonly vector: Float32Array;
  /** `Recognizer.model` of its maker: two models give vectors of one length that must never be compared. */
  readonly model: string;
  /** 0..1: how far the picture supports the vector (size, blur, mask, pose). Absent when the method has no such figure. */
  readonly quality?: number;
}

/** Somebody, or something, found in a picture. */
export interface Subject {
  /** In pixels of the picture; the whole picture for methods that look for nobody. */
  readonly box: Box;
  readonly embedding: Embedding;
}

/** Everyone in a picture. */
export interface Subjects extends RunInfo {
  /** Largest first. Empty when there is nobody: no error. */
  readonly subjects: readonly Subject[];
  /** Found, and not good enough to embed: the reason in a sentence, with the limit it missed. */
  readonly rejected: readonly { readonly box: Box; readonly reason: string }[];
}

/**
 * How alike two pictures are. `distance` is raw and means nothing across methods; `similarity` is calibrated
 * and comes with its false-accept rate, so that 0.6 is never read as "60 % sure it is the same person".
 */
export interface Comparison extends RunInfo {
  /** Cosine distance of the embeddings, 0..2: 1 - cosine. */
  readonly distance: number;
  /** 0..1, calibrated: the share of same-identity among calibration pairs of this distance, were both kinds equally many. */
  readonly similarity: number;
  /** 0..1: share of different-identity pairs that are at least this alike. Never 0: only so many were measured. */
  readonly falseAcceptRate: number;
  /** The rate is smaller than the calibration pairs can show, and comes from the shape of their tail. */
  readonly extrapolated: boolean;
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

/** An identity of the gallery. */
export interface Enrolled {
  readonly identity: string;
  /** Pictures of it in the gallery. */
  readonly samples: number;
}

/** What an enrolled identity has in the gallery after the call. */
export interface Enrolment extends RunInfo, Enrolled {}

export interface Candidate {
  readonly identity: string;
  /** Cosine distance to the identity, 0..2: the mean over its samples. */
  readonly distance: number;
  /** 0..1, calibrated, as of one comparison. */
  readonly similarity: number;
  /** 0..1: chance that a stranger's picture finds anybody this near in a gallery of this size. */
  readonly falseAcceptRate: number;
  readonly extrapolated: boolean;
}

export interface Identification extends RunInfo {
  /** The first candidate if it is within the limit, otherwise null: an unknown person is an answer. */
  readonly identity: string | null;
  /** Nearest first. Empty when nobody is enrolled. */
  readonly candidates: readonly Candidate[];
  /** Identities searched. */
  readonly gallerySize: number;
}

/** One person or thing through a video (or in a photo), recognised from all its looks together. */
export interface RecognizedTrack {
  readonly trackId: number;
  readonly startMs: number;
  readonly endMs: number;
  /** Pictures whose embeddings were averaged. */
  readonly looks: number;
  /** Where it is best seen. */
  readonly timestampMs: number;
  readonly box: Box;
  /** The surroundings of `box` there, for reports. */
  readonly picture: Image;
  readonly identification: Identification;
}

/** Everyone in a photo or video. */
export interface Recognition extends RunInfo {
  /** In the order of their first look. Empty: nobody was found. */
  readonly tracks: readonly RecognizedTrack[];
  /** Frames looked at. */
  readonly frames: number;
  /** Those who were found and not good enough, by reason. */
  readonly rejected: readonly { readonly reason: string; readonly count: number }[];
}

/** Raw cosines to similarities and rates: a curve fitted to pairs of known identity, with where they came from. JSON. */
export interface SimilarityCalibration {
  readonly format: 'verilens-similarity/1';
  /** `Recognizer.model` that the cosines are of. */
  readonly model: string;
  /** Each source of pairs. */
  readonly data: readonly string[];
  /** Command that made it. */
  readonly command: string;
  readonly pairs: { readonly same: number; readonly different: number };
  /** People in the pairs. */
  readonly identities: number;
  /** Similarity = 1 / (1 + exp(-(scale * cosine + offset))). */
  readonly scale: number;
  readonly offset: number;
  /** Cosines, rising, and the share of different-identity pairs at or above each, conservative: (k + 1) / (n + 1). */
  readonly impostors: readonly (readonly [cosine: number, rate: number])[];
  /** Above `from` the rate is `rate` * exp(-(cosine - from) / excess). */
  readonly tail: { readonly from: number; readonly rate: number; readonly excess: number };
  /** Rates below it are extrapolated: 1 / (different pairs + 1). */
  readonly measuredDownTo: number;
}

export interface CompareOptions extends CallOptions {
  /**
   * 0..1; a match must be at or below it. In `identify` it is the rate of the whole search, so that a larger gallery asks
   * for a nearer match. Default: `Recognizer.limits`, and `identify` then names nobody whom `compare` would refuse.
   */
  readonly maxFalseAcceptRate?: number;
}

export interface RankOptions extends CallOptions {
  /** How many labels or candidates at most. Default 5. */
  readonly top?: number;
}

export interface EnrollOptions extends CallOptions {
  /** Keep a small picture of the subject in the gallery, so that reports can show whom a match was with. Default false. */
  readonly keepPicture?: boolean;
}

/** Tells who or what is in a picture, through masks, blur and attack. */
export interface Recognizer extends Component {
  /** Names method and weights; embeddings, calibrations and galleries of another are refused. */
  readonly model: string;
  /** Length of the embeddings. */
  readonly dimensions: number;
  /** The labels `classify` ranks; empty when the method only embeds and compares. */
  readonly labels: readonly string[];
  /** What similarities and rates rest on. Undefined: nothing does, and `compare` and `identify` refuse with UNSUPPORTED. */
  readonly calibration: SimilarityCalibration | undefined;
  /** False-accept rates allowed when a call does not say: of one comparison, and of a whole search (which keeps to both). */
  readonly limits: { readonly compare: number; readonly search: number };
  /** Who is in the gallery, in the order of enrolment. */
  readonly enrolled: readonly Enrolled[];
  /**
   * The one subject of a picture.
   *
   * @throws VerilensError BAD_INPUT when the picture cannot be read, or holds nobody, several, or somebody too small
   *   (with the limit); ABORTED, DISPOSED
   */
  embed(image: Image, options?: CallOptions): Promise<Embedding>;
  /** Everyone in a picture: nobody is an answer, not an error. */
  embedAll(image: Image, options?: CallOptions): Promise<Subjects>;
  /** Symmetric: compare(a, b) equals compare(b, a). @throws VerilensError as `embed`; BAD_INPUT for an embedding of another model */
  compare(a: Image | Embedding, b: Image | Embedding, options?: CompareOptions): Promise<Comparison>;
  /** @throws VerilensError UNSUPPORTED when `labels` is empty */
  classify(image: Image, options?: RankOptions): Promise<Classification>;
  /**
   * Adds pictures to an identity; the same name again adds to it. All or nothing: when one picture cannot be used the
   * gallery stays as it was, and the error says which.
   */
  enroll(identity: string, images: readonly (Image | Embedding)[], options?: EnrollOptions): Promise<Enrolment>;
  /** Takes an identity out of the gallery, all its vectors and its picture with it; false when it was not there. */
  forget(identity: string): Promise<boolean>;
  identify(image: Image | Embedding, options?: CompareOptions & RankOptions): Promise<Identification>;
  /** The picture kept at enrolment. */
  pictureOf(identity: string): Image | undefined;
  /** The whole gallery as one file, with a checksum. It holds biometric data: keep it as such. */
  saveGallery(): Promise<Uint8Array>;
  /** Replaces the gallery. @throws VerilensError BAD_INPUT when the bytes are damaged or of another model; it stays as it was then */
  loadGallery(bytes: Uint8Array): Promise<void>;
}
