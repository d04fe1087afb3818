import type { Op } from '../src/index.ts';
import type { OpCase } from './op-cases/op-case.ts';

/** What one row of the op table gave on one device. */
export interface OpError {
  readonly row: string;
  readonly ops: readonly Op[];
  /** Largest error of value, gradient and second gradient, relative to the largest expected magnitude. */
  readonly error: number;
}

/** The file in packages/nn/results that keeps a device's errors. `npm run tables` writes docs/ops.md from them. */
export function resultsFile(device: string): string {
  return `ops-${device.toLowerCase().replaceAll(' ', '-')}.json`;
}

/** The first row of each op. */
export function oneRowPerOp(rows: readonly OpCase[]): OpCase[] {
  const covered = new Set<Op>();
  return rows.filter(({ covers }) => {
    const fresh = covers.some((op) => !covered.has(op));
    for (const op of covers) covered.add(op);
    return fresh;
  });
}

/** The text of a results file: what it held, with the rows that were run now. Rows that the table no longer has are dropped. */
export function mergeResults(device: string, before: string | undefined, now: readonly OpError[], table: readonly OpCase[]): string {
  const rows = new Map<string, OpError>();
  for (const entry of before === undefined ? [] : (JSON.parse(before) as { rows: OpError[] }).rows) rows.set(entry.row, entry);
  for (const entry of now) rows.set(entry.row, entry);
  const kept = new Set(table.map(({ name }) => name));
  return `${JSON.stringify({ device, rows: [...rows.values()].filter(({ row }) => kept.has(row)) }, null, 1)}\n`;
}
