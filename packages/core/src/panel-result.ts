import type { DetectionResult, ModelScore } from './detector.ts';
import type { VerilensError } from './errors.ts';
import { fuse, fuseByEvidence, type EvidenceScore } from './fusion.ts';
import type { Device } from './runtime.ts';
import type { MediaInfo, OpenedMedia } from './services.ts';

/** One verdict from all detectors, and each one's own answer beside it. */
export interface PanelResult extends DetectionResult {
  readonly media: { readonly kind: 'image' | 'video'; readonly info: MediaInfo };
  /** Temporal, spatial and frequency evidence kept apart; kinds nobody looked for are left out. */
  readonly byEvidence: readonly EvidenceScore[];
  /** Each detector's whole answer, in the order the plugins were given. */
  readonly detectors: readonly { readonly name: string; readonly result: DetectionResult }[];
  /** Detectors that should have judged and failed. The status is never AUTHENTIC then. */
  readonly failures: readonly { readonly name: string; readonly error: VerilensError }[];
  /** The detector the fused score comes from. */
  readonly decidedBy?: string;
  /** Upper bound of the share of authentic items this panel calls manipulated, when all its members state theirs. */
  readonly falseAlarmRate?: number;
}

/** Fuses what the detectors said; each one's part keeps its name. */
export function assemble(
  results: PanelResult['detectors'],
  failures: PanelResult['failures'],
  media: OpenedMedia,
  device: Device,
  durationMs: number,
): PanelResult {
  const models = results.flatMap(({ name, result }) => modelsOf(name, result));
  const fused = fuse(
    results.map(({ name, result }) => ({
      name,
      score: result.score,
      threshold: result.threshold,
      status: result.status,
      falseAlarmRate: falseAlarmRateOf(result),
    })),
    failures.map(({ name }) => name),
  );
  // why an answer is not sure is for those to say who judged; the others tell why there is none
  const asked = fused.status === 'INCONCLUSIVE' ? results.filter(({ result }) => result.status !== 'NOT_APPLICABLE') : results;
  const reasons = asked.flatMap(({ name, result }) => (result.reason === undefined ? [] : [sentence(name, result.reason)]));
  const reason =
    fused.status === 'NOT_APPLICABLE' || fused.status === 'INCONCLUSIVE'
      ? [...failures.map(({ name, error }) => sentence(name, error.message)), ...reasons].join('; ') ||
        fused.reason ||
        'no detector is installed'
      : undefined;
  const named = <T extends { readonly model?: string }>(pick: (result: DetectionResult) => readonly T[]): T[] =>
    results.flatMap(({ name, result }) => pick(result).map((item) => ({ ...item, model: item.model ?? name })));
  return {
    status: fused.status,
    score: fused.score,
    threshold: fused.threshold,
    models,
    segments: named((result) => result.segments).sort((a, b) => a.startMs - b.startMs),
    regions: named((result) => result.regions).sort((a, b) => a.timestampMs - b.timestampMs),
    evidence: named((result) => result.evidence),
    curves: named((result) => result.curves ?? []),
    reason,
    device,
    durationMs,
    media: { kind: media.kind, info: media.info },
    byEvidence: fuseByEvidence(models),
    detectors: results,
    failures,
    decidedBy: fused.decidedBy,
    falseAlarmRate: fused.falseAlarmRate,
  };
}

function modelsOf(name: string, result: DetectionResult): readonly ModelScore[] {
  if (result.models.length > 0) return result.models;
  const { score, threshold, status, reason } = result;
  return [{ name, evidence: 'fused', score, threshold, status, reason }];
}

/** A detector states its rate per part; its own is at most their sum. */
function falseAlarmRateOf(result: DetectionResult): number | undefined {
  const rates = result.models.filter((model) => model.score !== null).map((model) => model.falseAlarmRate);
  const known = rates.filter((rate) => rate !== undefined);
  return rates.length > 0 && known.length === rates.length
    ? Math.min(
        1,
        known.reduce((sum, rate) => sum + rate, 0),
      )
    : undefined;
}

function sentence(name: string, reason: string): string {
  return reason.startsWith(name) || reason.startsWith('[') ? reason : `${name}: ${reason}`;
}
