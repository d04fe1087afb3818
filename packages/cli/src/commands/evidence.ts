import { type EvidenceReport, VerilensError } from '@verilens/core';
import { folderStore } from '@verilens/core/node';
import { resolve } from 'node:path';
import { exitCode } from '../exit-code.ts';
import { fallbackNote } from '../fallback-note.ts';
import { jsonDocument, writeWhole } from '../json-document.ts';
import type { DeviceName } from '../options.ts';
import { createProgress } from '../progress.ts';
import type { CliEnvironment } from '../run.ts';
import { table } from '../table.ts';
import { openTrainer } from '../trainer.ts';
import { version } from '../version.ts';

export interface EvidenceCommandOptions {
  readonly seeds: readonly number[];
  readonly quick?: boolean;
  readonly out?: string;
  readonly checkpoints?: string;
  readonly device: DeviceName;
  readonly threads?: number;
  readonly json?: boolean;
}

/** Reruns a method's claims and prints what came of each. A "no" is a result, not a failure. */
export async function evidence(name: string, options: EvidenceCommandOptions, environment: CliEnvironment): Promise<number> {
  const { terminal, folder, signal, toolkit } = environment;
  const { trainer } = await openTrainer(name, environment);
  if (trainer.evidence === undefined) {
    throw new VerilensError('UNSUPPORTED', 'this plugin carries no claims to rerun', {
      place: name,
      remedy: 'Run "verilens plugins" to see which do.',
    });
  }
  const progress = createProgress(terminal);
  const runtime = await toolkit.runtime({ device: options.device, threads: options.threads, onFallback: fallbackNote(terminal) });
  const started = performance.now();
  try {
    const report = await trainer.evidence({
      runtime,
      seeds: options.seeds,
      quick: options.quick,
      signal,
      checkpoints: options.checkpoints === undefined ? undefined : folderStore(resolve(folder, options.checkpoints)),
      onProgress: (message, fraction) => progress.show(message, fraction),
    });
    progress.clear();
    const document = {
      command: ['verilens evidence', name, `--seeds ${options.seeds.join(',')}`, options.quick ? '--quick' : '']
        .filter((part) => part !== '')
        .join(' '),
      date: new Date().toISOString(),
      seeds: options.seeds,
      quick: options.quick === true,
      device: runtime.device,
      threads: runtime.threads,
      versions: { verilens: version(), node: process.versions.node },
      seconds: Math.round((performance.now() - started) / 1000),
      ...report,
    };
    if (options.out !== undefined) await writeWhole(resolve(folder, options.out), jsonDocument(document));
    terminal.out(options.json ? jsonDocument(document) : evidenceText(report));
    return exitCode.ok;
  } finally {
    progress.clear();
    await runtime.dispose();
  }
}

/** The table of settings and measures, then the answer to each claim. */
export function evidenceText(report: EvidenceReport): string {
  const measures = [...new Set(report.rows.flatMap((row) => Object.keys(row.measures)))];
  const rows = report.rows.map((row) => [
    row.setting,
    ...measures.map((measure) => {
      const value = row.measures[measure];
      return value === undefined ? '' : `${value.mean.toFixed(3)}${value.values.length > 1 ? ` ± ${value.sd.toFixed(3)}` : ''}`;
    }),
  ]);
  const findings = report.findings.map(
    ({ claim, answer, because }) => `${answer.toUpperCase().padEnd(13)} ${claim}\n${' '.repeat(14)}${because}`,
  );
  return `${[table([['setting', ...measures], ...rows]), ...findings, ...report.notes.map((note) => `note: ${note}`)].join('\n\n')}\n`;
}
