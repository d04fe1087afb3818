import type { DetectionResult, DetectionStatus, EvidenceKind, ModelScore } from './detector.ts';
import { VerilensError } from './errors.ts';

/*
 * How a panel of detectors becomes one verdict.
 *
 * Each detector brings a calibrated score s in 0..1 and a threshold t at which, on its calibration data, at most a
 * share a of authentic items is called manipulated. Detectors look for different traces, and a forgery need only
 * leave one of them, so the panel takes the strongest finding, not the mean: a mean would let four detectors that
 * cannot see a forgery outvote the one that can.
 *
 * 1. Scores with different thresholds are put on one scale on which every threshold lies at T, by the piecewise
 *    linear map 0 -> 0, t -> T, 1 -> 1. T is the thresholds' common value, or 0.5 when they differ. When they are
 *    equal nothing is changed.
 * 2. The fused score is the maximum.
 * 3. MANIPULATED when it is at or above T, that is when any detector is at or above its own threshold.
 *    AUTHENTIC when every detector that applies says AUTHENTIC, that is lies below its own lower limit.
 *    INCONCLUSIVE otherwise, and when a detector that should have judged failed.
 *    NOT_APPLICABLE when none applies.
 * 4. The price of the maximum: the panel's false-alarm rate is at most the sum of its members' (union bound). It is
 *    stated, not hidden.
 */

/** What fusion needs of one detector's answer. */
export interface FusionMember {
  readonly name: string;
  /** 0..1, calibrated; null when the detector did not apply. */
  readonly score: number | null;
  /** 0..1 */
  readonly threshold: number;
  readonly status: DetectionStatus;
  /** Share of authentic items at or above `threshold` on the calibration data, 0..1, when known. */
  readonly falseAlarmRate?: number;
}

export interface Fusion {
  readonly status: DetectionStatus;
  /** 0..1; null when no member applies. */
  readonly score: number | null;
  readonly threshold: number;
  /** The member the score comes from. */
  readonly decidedBy?: string;
  /** Upper bound for the panel, 0..1; absent when a member does not state its own. */
  readonly falseAlarmRate?: number;
  readonly reason?: string;
}

/** Moves a score to the scale on which its threshold lies at `target`. Monotone, keeps 0 and 1. */
export function rescale(score: number, threshold: number, target: number): number {
  if (threshold === target) return score;
  if (score < threshold) return (score / threshold) * target;
  // A threshold of 1 is only reached by a score of 1, which stays where it is.
  return threshold === 1 ? 1 : target + ((score - threshold) / (1 - threshold)) * (1 - target);
}

/**
 * @param failed Names of detectors that should have judged and could not: without them nothing is called authentic.
 */
export function fuse(members: readonly FusionMember[], failed: readonly string[] = []): Fusion {
  const judged = members.filter(
    (member): member is FusionMember & { score: number } => member.status !== 'NOT_APPLICABLE' && member.score !== null,
  );
  const first = judged[0];
  if (first === undefined) {
    const status = failed.length > 0 ? 'INCONCLUSIVE' : 'NOT_APPLICABLE';
    return { status, score: null, threshold: 0.5, reason: failed.length > 0 ? `could not be judged by ${failed.join(', ')}` : undefined };
  }
  const threshold = judged.every((member) => member.threshold === first.threshold) ? first.threshold : 0.5;
  let decider = first;
  let score = -1;
  for (const member of judged) {
    const moved = rescale(member.score, member.threshold, threshold);
    if (moved > score) {
      score = moved;
      decider = member;
    }
  }
  return {
    ...verdict(judged, failed),
    score,
    threshold,
    decidedBy: decider.name,
    falseAlarmRate: unionBound(judged.map((member) => member.falseAlarmRate)),
  };
}

function verdict(judged: readonly (FusionMember & { score: number })[], failed: readonly string[]): Pick<Fusion, 'status' | 'reason'> {
  if (judged.some((member) => member.score >= member.threshold)) return { status: 'MANIPULATED' };
  const undecided = judged.filter((member) => member.status !== 'AUTHENTIC').map((member) => member.name);
  if (undecided.length > 0)
    return { status: 'INCONCLUSIVE', reason: `${undecided.join(', ')}: between the limits for authentic and manipulated` };
  if (failed.length > 0) return { status: 'INCONCLUSIVE', reason: `could not be judged by ${failed.join(', ')}` };
  return { status: 'AUTHENTIC' };
}

function unionBound(rates: readonly (number | undefined)[]): number | undefined {
  let sum = 0;
  for (const rate of rates) {
    if (rate === undefined) return undefined;
    sum += rate;
  }
  return Math.min(1, sum);
}

/** The strongest finding of one kind of evidence. */
export interface EvidenceScore {
  readonly evidence: EvidenceKind;
  readonly score: number;
  readonly threshold: number;
  readonly status: DetectionStatus;
  /** The models that looked for this kind. */
  readonly models: readonly string[];
}

/** Temporal, spatial and frequency evidence each on its own, so that a reader sees what the verdict rests on. */
export function fuseByEvidence(models: readonly ModelScore[]): readonly EvidenceScore[] {
  const kinds: readonly EvidenceKind[] = ['temporal', 'spatial', 'frequency', 'fused'];
  return kinds.flatMap((evidence) => {
    const ofKind = models.filter((model) => model.evidence === evidence);
    const fused = fuse(ofKind);
    if (fused.score === null) return [];
    return [{ evidence, score: fused.score, threshold: fused.threshold, status: fused.status, models: ofKind.map((model) => model.name) }];
  });
}

/** @throws VerilensError BAD_PLUGIN when a detector's answer breaks the contract: no such score may reach a reader */
export function checkDetectionResult(result: DetectionResult, place: string): DetectionResult {
  const wrong = (field: string, expected: string, got: unknown): VerilensError =>
    new VerilensError('BAD_PLUGIN', `${field} of the answer breaks the contract`, { place, expected, got: String(got) });
  const inUnit = (value: number): boolean => value >= 0 && value <= 1;
  const { status, score, threshold } = result;
  if (!inUnit(threshold)) throw wrong('threshold', '0..1', threshold);
  if ((score === null) !== (status === 'NOT_APPLICABLE'))
    throw wrong('score', 'null exactly when NOT_APPLICABLE', `${score} with ${status}`);
  if (score !== null && !inUnit(score)) throw wrong('score', '0..1', score);
  if (score !== null && score >= threshold !== (status === 'MANIPULATED')) {
    throw wrong(
      'status',
      'MANIPULATED exactly when the score is at or above the threshold',
      `${status} with ${score} and threshold ${threshold}`,
    );
  }
  for (const model of result.models) {
    if (model.score !== null && !inUnit(model.score)) throw wrong(`score of ${model.name}`, '0..1 or null', model.score);
  }
  let last = -Infinity;
  for (const segment of result.segments) {
    if (!inUnit(segment.score)) throw wrong('score of a segment', '0..1', segment.score);
    if (!(segment.endMs >= segment.startMs)) throw wrong('a segment', 'endMs not before startMs', `${segment.startMs}..${segment.endMs}`);
    if (segment.startMs < last) throw wrong('segments', 'time order', `${segment.startMs} after ${last}`);
    last = segment.startMs;
  }
  for (const region of result.regions) if (!inUnit(region.score)) throw wrong('score of a region', '0..1', region.score);
  return result;
}
