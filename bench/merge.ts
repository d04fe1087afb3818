import type { BenchDocument, Row } from './document.ts';

/** How a result is put together that was measured in pieces. */
export interface Pieces {
  /** The column that names the piece a row belongs to. */
  readonly column: string;
  /** All pieces in the order of a whole run. */
  readonly order: readonly string[];
  /** Settings that have an entry for each piece. */
  readonly perPiece?: readonly string[];
  /** Notes that follow from what was measured, where there are any. */
  readonly notes?: (document: BenchDocument) => readonly string[];
}

/** `now` in place of the rows of `before` that are of the same pieces, the others kept. The share of other processes is the largest of all. */
export function mergeResults(
  before: BenchDocument | undefined,
  now: BenchDocument,
  { column, order, perPiece = [], notes }: Pieces,
): BenchDocument {
  const pieceOf = (row: Row): string => String(row[column]);
  if (before === undefined || !sameConditions(before, now, perPiece)) return now;
  const fresh = new Set(now.rows.map(pieceOf));
  const kept = before.rows.filter((row) => !fresh.has(pieceOf(row)) && order.includes(pieceOf(row)));
  const rows = [...kept, ...now.rows].toSorted((a, b) => order.indexOf(pieceOf(a)) - order.indexOf(pieceOf(b)));
  const commits = kept.length === 0 ? [] : (before.versions['commit'] ?? '').split(', ');
  const whole: BenchDocument = {
    ...now,
    command: now.command.replace(/( --model(=| )\S+)+/, ''),
    machine: { ...now.machine, othersShare: Math.max(now.machine.othersShare, kept.length === 0 ? 0 : before.machine.othersShare) },
    versions: {
      ...now.versions,
      commit: [...new Set([...commits, now.versions['commit'] ?? ''])].filter((text) => text !== '').join(', '),
    },
    settings: {
      ...now.settings,
      ...Object.fromEntries(perPiece.map((name) => [name, joined(before.settings[name], now.settings[name], order)])),
    },
    rows,
  };
  return { ...whole, notes: notes?.(whole) ?? now.notes };
}

/** Entries by piece, or a list of pieces, of two runs. */
function joined(a: unknown, b: unknown, order: readonly string[]): unknown {
  if (Array.isArray(a) && Array.isArray(b)) return order.filter((piece) => a.includes(piece) || b.includes(piece));
  const all = { ...(a as object), ...(b as object) } as Readonly<Record<string, unknown>>;
  return Object.fromEntries(order.filter((piece) => piece in all).map((piece) => [piece, all[piece]]));
}

/** The same machine, libraries and settings: rows of two runs may stand in one table. */
function sameConditions(a: BenchDocument, b: BenchDocument, apart: readonly string[]): boolean {
  const text = (record: Readonly<Record<string, unknown>>, without: readonly string[]): string =>
    JSON.stringify(
      Object.entries(record)
        .filter(([name]) => !without.includes(name))
        .toSorted(([x], [y]) => (x < y ? -1 : 1)),
    );
  const of = ({ machine: { cores, model }, versions, settings }: BenchDocument): string =>
    [cores, model, text(versions, ['commit']), text(settings, apart)].join();
  return of(a) === of(b);
}
