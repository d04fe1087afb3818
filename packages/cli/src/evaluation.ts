import type { DetectionStatus } from '@verilens/core';
import { aucInterval, eer, type Interval } from '@verilens/metrics';
import type { Failure } from '@verilens/report';

/** One labelled file and what the detector made of it. */
export interface EvaluatedFile {
  readonly name: string;
  readonly label: 'real' | 'fake';
  readonly type?: string;
  /** Who is shown: files of one person are resampled together. */
  readonly identity?: string;
  /** 0..1; null when the detector did not apply or failed. */
  readonly score: number | null;
  readonly status?: DetectionStatus;
  readonly failure?: Failure;
}

export interface EvaluationRow {
  /** `all`, or the kind of forgery. */
  readonly type: string;
  readonly real: number;
  readonly fake: number;
  /** What the bootstrap drew: all files of a person together, or single files where there are too few people. */
  readonly resampled: 'people' | 'files';
  readonly auc: Interval;
  /** Equal error rate, 0..1. */
  readonly eer: number;
  /** Share of the fakes that were called MANIPULATED, at the shipped threshold. */
  readonly detected: number;
}

export interface Evaluation {
  /** All forgeries together, then each kind against all real files. */
  readonly rows: readonly EvaluationRow[];
  /** Share of the real files that were called MANIPULATED. */
  readonly falseAlarms: number;
  /** Share of the judged files without a clear verdict. */
  readonly inconclusive: number;
  /** Files without a score: not counted above, and said. */
  readonly unjudged: number;
}

/** With fewer people than this, drawing whole people gives an interval that means nothing. */
const fewestPeople = 5;

/** @param seed Of the bootstrap. */
export function evaluateFiles(files: readonly EvaluatedFile[], seed: number): Evaluation {
  const judged = files.filter((file): file is EvaluatedFile & { score: number } => file.score !== null);
  const real = judged.filter((file) => file.label === 'real');
  const fake = judged.filter((file) => file.label === 'fake');
  const kinds = [...new Set(fake.flatMap((file) => file.type ?? []))].sort();
  const groups = [
    ['all', fake] as const,
    ...(kinds.length > 1 ? kinds.map((kind) => [kind, fake.filter((file) => file.type === kind)] as const) : []),
  ];
  const share = (part: readonly EvaluatedFile[], status: DetectionStatus): number =>
    part.filter((file) => file.status === status).length / Math.max(1, part.length);
  return {
    rows: groups
      .filter(([, part]) => part.length > 0 && real.length > 0)
      .map(([type, part]) => {
        const all = [...real, ...part];
        const scores = all.map((file) => file.score);
        const labels = all.map((file) => file.label === 'fake');
        const clusters = all.map((file) => file.identity ?? `file ${file.name}`);
        const byPerson = new Set(clusters).size >= fewestPeople;
        return {
          type,
          real: real.length,
          fake: part.length,
          resampled: byPerson ? 'people' : 'files',
          auc: aucInterval(scores, labels, { seed, clusters: byPerson ? clusters : undefined }),
          eer: eer(scores, labels).rate,
          detected: share(part, 'MANIPULATED'),
        };
      }),
    falseAlarms: share(real, 'MANIPULATED'),
    inconclusive: share(judged, 'INCONCLUSIVE'),
    unjudged: files.length - judged.length,
  };
}
