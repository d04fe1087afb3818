import { describe, expect, it } from 'vitest';
import type { BenchDocument, Row } from '../document.ts';
import { mergeResults } from '../merge.ts';

const document = (
  rows: readonly Row[],
  commit: string,
  othersShare: number,
  settings: BenchDocument['settings'] = { threads: 2 },
): BenchDocument => ({
  bench: 'lowerings',
  command: `npm run -s bench -- lowerings --model ${String(rows[0]?.['op'])}`,
  date: '2026-01-01T00:00:00.000Z',
  machine: { cores: 2, model: 'a', memoryGiB: 8, loadBefore: 0, othersShare },
  versions: { node: '20', commit },
  settings,
  rows,
  notes: [],
});
const order = ['first', 'second', 'third'];
const merge = (before: BenchDocument | undefined, now: BenchDocument): BenchDocument =>
  mergeResults(before, now, { column: 'op', order, perPiece: ['chosen'], notes: ({ rows }) => [`${rows.length} rows`] });

describe('results in pieces', () => {
  it('take the place of their own earlier rows, in the order of a whole run', () => {
    const old = document(
      [
        { op: 'third', ms: 1 },
        { op: 'second', ms: 2 },
        { op: 'gone', ms: 9 },
      ],
      'aaa',
      0.01,
      { threads: 2, chosen: { second: 'a', third: 'b' } },
    );
    const now = document(
      [
        { op: 'second', ms: 3 },
        { op: 'first', ms: 4 },
      ],
      'bbb',
      0.002,
      { threads: 2, chosen: { second: 'd', first: 'c' } },
    );
    const { rows, machine, versions, settings, notes, command } = merge(old, now);
    expect(rows).toEqual([
      { op: 'first', ms: 4 },
      { op: 'second', ms: 3 },
      { op: 'third', ms: 1 },
    ]);
    expect(settings).toEqual({ threads: 2, chosen: { first: 'c', second: 'd', third: 'b' } });
    expect([machine.othersShare, versions['commit'], notes, command]).toEqual([
      0.01,
      'aaa, bbb',
      ['3 rows'],
      'npm run -s bench -- lowerings',
    ]);
  });

  it('begin anew where anything but the commit is another', () => {
    const old = document([{ op: 'third', ms: 1 }], 'aaa', 0.01, { threads: 4 });
    const now = document([{ op: 'first', ms: 4 }], 'bbb', 0.002);
    expect(merge(old, now)).toBe(now);
    expect(merge(undefined, now)).toBe(now);
  });
});
