import {
  fuse,
  statusOf,
  type Calibration,
  type DetectionResult,
  type DetectionStatus,
  type EvidenceKind,
  type ModelScore,
} from '@verilens/core';
import { calibratedScore, logitAt } from './calibration.ts';

/** What one network said of one face over the whole video. */
export interface TrackSum {
  clips: number;
  /** Sum of log-odds over the clips. */
  sum: number;
}

export interface Witness {
  /** e.g. `stdt/temporal` */
  readonly name: string;
  readonly evidence: EvidenceKind;
  readonly calibration: Calibration;
  readonly tracks: readonly TrackSum[];
}

/**
 * Log-odds of a face: the mean over its clips, drawn towards the middle of the INCONCLUSIVE zone by n / (n + 1), because
 * few clips say little: one clip moves the verdict half as far as many that agree.
 */
export function trackLogit(calibration: Calibration, track: TrackSum): number {
  const neutral = (logitAt(calibration, calibration.manipulatedAt) + logitAt(calibration, calibration.authenticBelow)) / 2;
  return neutral + (track.sum / track.clips - neutral) * (track.clips / (track.clips + 1));
}

/** One network's answer for a video: that of its most suspicious face. */
export function witnessScore(witness: Witness, threshold?: number): ModelScore {
  const { name, evidence, calibration, tracks } = witness;
  const at = threshold ?? calibration.manipulatedAt;
  if (tracks.length === 0) return { name, evidence, score: null, threshold: at, status: 'NOT_APPLICABLE' };
  const score = Math.max(...tracks.map((track) => calibratedScore(calibration, trackLogit(calibration, track))));
  return { name, evidence, score, threshold: at, status: statusOf(calibration, score, at) };
}

/** Both networks' answers and the verdict they make together. */
export function judgeVideo(
  witnesses: readonly Witness[],
  threshold?: number,
): Pick<DetectionResult, 'status' | 'score' | 'threshold' | 'models' | 'reason'> {
  const models = witnesses.map((witness) => witnessScore(witness, threshold));
  const members = models.map((model, i) => ({
    ...model,
    falseAlarmRate: threshold === undefined ? witnesses[i]!.calibration.falseAlarmRate : undefined,
  }));
  const fused = fuse(members);
  const status: DetectionStatus = fused.status;
  const reason = status === 'NOT_APPLICABLE' ? 'no face was followed long enough to be judged' : fused.reason;
  return { status, score: fused.score, threshold: fused.threshold, models, reason };
}

/** Score of one clip for the timeline, on the scale of the fused score. */
export function clipScore(witnesses: readonly { calibration: Calibration; logit: number }[], threshold?: number): number {
  const members = witnesses.map(({ calibration, logit }, i) => {
    const score = calibratedScore(calibration, logit);
    return { name: String(i), score, threshold: threshold ?? calibration.manipulatedAt, status: statusOf(calibration, score, threshold) };
  });
  return fuse(members).score ?? 0;
}
