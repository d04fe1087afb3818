import type { DetectionResult, EvidenceMap, PanelResult } from '@verilens/core';
import { type AppliedMethod, isJudged, type MediaFacts, type ReportItem } from './report-item.ts';

/** One input as plain JSON: the result without its pixels, or the failure. */
export type JsonItem =
  | ({ readonly name: string; readonly media?: MediaFacts; readonly evidence: readonly JsonEvidence[] } & Omit<
      DetectionResult,
      'evidence'
    > & {
        /** Of a panel: temporal, spatial and frequency evidence kept apart. */
        readonly byEvidence?: PanelResult['byEvidence'];
        /** Of a panel: the model the fused score comes from. */
        readonly decidedBy?: string;
        readonly falseAlarmRate?: number;
        /** Which installed methods judged it and which did not, and why. */
        readonly methods?: readonly AppliedMethod[];
        /** Of a panel: detectors that should have judged and could not. */
        readonly failures?: readonly { readonly name: string; readonly code: string; readonly message: string }[];
      })
  | {
      readonly name: string;
      readonly media?: MediaFacts;
      readonly error: { readonly code: string; readonly message: string; readonly remedy?: string };
    };

export interface JsonEvidence {
  readonly trackId: number;
  readonly timestampMs: number;
  readonly rows: number;
  readonly columns: number;
  /** Row by row, four decimals. */
  readonly values: readonly number[];
  readonly method: EvidenceMap['method'];
  readonly score: number;
}

/** The shape of a line of `verilens detect --json` and of an entry of `report.json`. */
export function jsonItem(item: ReportItem): JsonItem {
  const head = { name: item.name, ...(item.media ? { media: item.media } : {}) };
  if (!isJudged(item)) return { ...head, error: item.failure };
  const { status, score, threshold, models, segments, regions, evidence, curves, reason, device, durationMs } = item.result;
  return {
    ...head,
    status,
    score,
    threshold,
    ...(reason === undefined ? {} : { reason }),
    ...(item.methods === undefined ? {} : { methods: item.methods }),
    ...('byEvidence' in item.result ? panelPart(item.result) : {}),
    models,
    segments,
    regions,
    evidence: evidence.map(({ crop: _, values, ...rest }) => ({
      ...rest,
      values: Array.from(values, (value) => Math.round(value * 1e4) / 1e4),
    })),
    ...(curves === undefined || curves.length === 0 ? {} : { curves }),
    device,
    durationMs: Math.round(durationMs),
  };
}

function panelPart(panel: PanelResult): Pick<PanelResult, 'byEvidence' | 'decidedBy' | 'falseAlarmRate'> & {
  failures: readonly { name: string; code: string; message: string }[];
} {
  const { byEvidence, decidedBy, falseAlarmRate, failures } = panel;
  return {
    byEvidence,
    ...(decidedBy === undefined ? {} : { decidedBy }),
    ...(falseAlarmRate === undefined ? {} : { falseAlarmRate }),
    failures: failures.map(({ name, error }) => ({ name, code: error.code, message: error.message })),
  };
}
