import type { DetectionResult } from '@verilens/core';
import { isJudged, type MediaFacts, type ReportItem } from './report-item.ts';

/** One input as plain JSON: the result without its pixels, or the failure. */
export type JsonItem =
  | ({ readonly name: string; readonly media?: MediaFacts } & Omit<DetectionResult, 'evidence'> & { readonly evidence: readonly JsonEvidence[] })
  | { readonly name: string; readonly media?: MediaFacts; readonly error: { readonly code: string; readonly message: string; readonly remedy?: string } };

export interface JsonEvidence {
  readonly trackId: number;
  readonly timestampMs: number;
  readonly rows: number;
  readonly columns: number;
  /** Row by row, four decimals. */
  readonly values: readonly number[];
  readonly method: 'occlusion' | 'attention';
  readonly score: number;
}

/** The shape of a line of `verilens detect --json` and of an entry of `report.json`. */
export function jsonItem(item: ReportItem): JsonItem {
  const head = { name: item.name, ...(item.media ? { media: item.media } : {}) };
  if (!isJudged(item)) return { ...head, error: item.failure };
  const { evidence, ...result } = item.result;
  return {
    ...head,
    ...result,
    evidence: evidence.map(({ crop: _, values, ...rest }) => ({ ...rest, values: Array.from(values, (value) => Math.round(value * 1e4) / 1e4) })),
  };
}
