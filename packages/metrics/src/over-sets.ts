import { type EvidenceOptions, type EvidenceReport, VerilensError } from '@verilens/core';

/** A data set that claims are measured on, if it is installed. */
export interface EvidenceSet<T> {
  readonly name: string;
  /** @throws VerilensError NOT_FOUND with how to install it */
  open(options: EvidenceOptions): Promise<T>;
}

type Measured = Pick<EvidenceReport, 'rows' | 'findings' | 'notes'>;

/**
 * Evidence set by set, each row, finding and note under the set's name. A set that is not installed is left out, and a note says
 * how to get it.
 *
 * @param measure Its progress counts from 0 to 1 within the set.
 * @throws VerilensError NOT_FOUND when none is installed, and what opening and measuring throw
 */
export async function evidenceOverSets<S extends EvidenceSet<T>, T = Awaited<ReturnType<S['open']>>>(
  sets: readonly S[],
  options: EvidenceOptions,
  measure: (set: S, opened: T, options: EvidenceOptions) => Promise<Measured>,
): Promise<Measured> {
  const rows: Measured['rows'][number][] = [];
  const findings: Measured['findings'][number][] = [];
  const notes: string[] = [];
  const missing: string[] = [];
  for (const [place, set] of sets.entries()) {
    const { name } = set;
    let opened: T;
    try {
      opened = await set.open(options);
    } catch (error) {
      if (!(error instanceof VerilensError && error.code === 'NOT_FOUND')) throw error;
      missing.push(`${name}: left out. ${error.message}`);
      continue;
    }
    const measured = await measure(set, opened, {
      ...options,
      onProgress: (message, fraction) => options.onProgress?.(`${name}, ${message}`, (place + fraction) / sets.length),
    });
    rows.push(...measured.rows.map((row) => ({ ...row, setting: `${name}: ${row.setting}` })));
    findings.push(...measured.findings.map((finding) => ({ ...finding, claim: `${name}: ${finding.claim}` })));
    notes.push(...measured.notes.map((note) => `${name}: ${note}`));
  }
  if (rows.length === 0) throw new VerilensError('NOT_FOUND', 'no data set is installed', { place: 'evidence', got: missing.join(' ') });
  return { rows, findings, notes: [...notes, ...missing] };
}
